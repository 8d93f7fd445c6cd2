//! Property maps (0x9D, 0x9E, 0x9F): which properties an object has.
//!
//! Up to 15 properties are listed; from 16 on they are a bitmap of 16 bytes, in which bit *b* of byte *n* stands for
//! the property `0x80 + 0x10 × b + n`.

use thiserror::Error;

const LOWEST: u8 = 0x80;
const LISTED_AT_MOST: usize = 15;
const BITMAP_BYTES: usize = 16;

/// Why bytes are not a property map.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PropertyMapError {
    /// There are no bytes.
    #[error("the property map is empty")]
    Empty,
    /// The length is neither that of a list nor that of a bitmap.
    #[error("a property map of {count} properties does not have {bytes} bytes")]
    Length {
        /// What the first byte counts.
        count: u8,
        /// How many bytes there are.
        bytes: usize,
    },
    /// The list names something below 0x80.
    #[error("0x{epc:02x} in the property map is no property")]
    NotAProperty {
        /// The byte.
        epc: u8,
    },
}

/// A set of properties, 0x80 to 0xFF.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PropertyMap {
    bits: u128,
}

impl PropertyMap {
    /// The empty map.
    pub const EMPTY: Self = Self { bits: 0 };

    /// Adds a property. Codes below 0x80 are no properties and are left out.
    pub fn insert(&mut self, epc: u8) {
        if let Some(position) = epc.checked_sub(LOWEST) {
            self.bits |= 1 << position;
        }
    }

    /// Whether the property is in the map.
    #[must_use]
    pub fn contains(&self, epc: u8) -> bool {
        epc.checked_sub(LOWEST)
            .is_some_and(|position| self.bits & (1 << position) != 0)
    }

    /// How many properties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.bits.count_ones()).unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// The properties in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        let map = *self;
        (LOWEST..=u8::MAX).filter(move |epc| map.contains(*epc))
    }

    /// Reads a map in either form. A wrong count in front of a bitmap is overlooked: the bits are what the node has.
    ///
    /// # Errors
    /// When there are no bytes, the length fits neither form, or the list names no property.
    pub fn decode(bytes: &[u8]) -> Result<Self, PropertyMapError> {
        let (&count, rest) = bytes.split_first().ok_or(PropertyMapError::Empty)?;
        let listed = usize::from(count) == rest.len() && rest.len() != BITMAP_BYTES;
        let mut map = Self::EMPTY;
        if listed {
            for &epc in rest {
                if epc < LOWEST {
                    return Err(PropertyMapError::NotAProperty { epc });
                }
                map.insert(epc);
            }
        } else if rest.len() == BITMAP_BYTES {
            for (row, byte) in (LOWEST..).zip(rest) {
                for column in (0_u8..8).filter(|bit| byte & (1 << bit) != 0) {
                    map.insert(row + column * 0x10);
                }
            }
        } else {
            return Err(PropertyMapError::Length {
                count,
                bytes: bytes.len(),
            });
        }
        Ok(map)
    }

    /// Writes the map in the form that its size asks for.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // There are 128 codes, so that the count always fits its byte.
        let count = u8::try_from(self.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![count];
        if self.len() <= LISTED_AT_MOST {
            bytes.extend(self.iter());
        } else {
            bytes.extend((LOWEST..LOWEST + 0x10).map(|row| {
                (0_u8..8)
                    .filter(|column| self.contains(row + column * 0x10))
                    .fold(0, |byte, column| byte | (1 << column))
            }));
        }
        bytes
    }
}

impl FromIterator<u8> for PropertyMap {
    fn from_iter<I: IntoIterator<Item = u8>>(codes: I) -> Self {
        let mut map = Self::EMPTY;
        codes.into_iter().for_each(|epc| map.insert(epc));
        map
    }
}

impl std::fmt::Debug for PropertyMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PropertyMap")?;
        f.debug_list()
            .entries(self.iter().map(|epc| format!("{epc:02x}")))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_map_is_a_list() {
        let map: PropertyMap = [0xe0, 0x80, 0x9f].into_iter().collect();
        assert_eq!(map.encode(), [3, 0x80, 0x9f, 0xe0]);
        assert_eq!(PropertyMap::decode(&[3, 0xe0, 0x9f, 0x80]), Ok(map));
    }

    #[test]
    fn a_long_map_is_a_bitmap() {
        let bytes = [
            0x10, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x01, 0x00, 0x08, 0x00, 0x03, 0x03, 0x03,
        ];
        let map = PropertyMap::decode(&bytes).unwrap();
        let codes: Vec<u8> = map.iter().collect();
        assert_eq!(
            codes,
            [
                0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x89, 0x8d, 0x8e, 0x8f, 0x9d, 0x9e, 0x9f, 0xbb
            ]
        );
        assert_eq!(map.encode(), bytes);
    }

    #[test]
    fn what_is_no_map_is_refused() {
        assert_eq!(PropertyMap::decode(&[]), Err(PropertyMapError::Empty));
        assert_eq!(
            PropertyMap::decode(&[2, 0x80]),
            Err(PropertyMapError::Length { count: 2, bytes: 2 })
        );
        assert_eq!(
            PropertyMap::decode(&[1, 0x7f]),
            Err(PropertyMapError::NotAProperty { epc: 0x7f })
        );
    }

    #[test]
    fn odd_maps_of_real_nodes_are_read() {
        // A list that should have been a bitmap, and a bitmap whose count is wrong.
        let mut long_list = vec![20];
        long_list.extend(0x80..0x94);
        assert_eq!(PropertyMap::decode(&long_list).unwrap().len(), 20);
        let mut bitmap = vec![99];
        bitmap.extend([1; 16]);
        assert_eq!(PropertyMap::decode(&bitmap).unwrap().len(), 16);
    }
}
