//! The equipment list, and the nodes that are not on it.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{Device, DeviceId, DeviceKind, Equipment, HomeId};

use super::super::model::UnknownNode;
use super::super::model::house::MOST_UNKNOWN;
use super::{foreign, optional_word, word};

pub(super) const COLUMNS: &str = "id, kind, room, name, model, node, class_code, instance, certificate";

pub(in crate::device_state) fn list(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<Equipment>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM device WHERE home = $1 AND removed_at IS NULL ORDER BY room, name, id");
    reader
        .query(&sql, &values![home.as_str()])?
        .iter()
        .map(line_of)
        .collect()
}

pub(in crate::device_state) fn one(
    reader: &Reader<'_>,
    home: &HomeId,
    device: &DeviceId,
) -> Result<Option<Equipment>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM device WHERE id = $1 AND home = $2 AND removed_at IS NULL");
    reader
        .query_one(&sql, &values![device.as_str(), home.as_str()])?
        .map(|row| line_of(&row))
        .transpose()
}

pub(in crate::device_state) fn count(reader: &Reader<'_>, home: &HomeId) -> Result<usize, DbError> {
    reader
        .query_one(
            "SELECT COUNT(*) AS devices FROM device WHERE home = $1 AND removed_at IS NULL",
            &values![home.as_str()],
        )?
        .map_or(Ok(0), |row| row.get("devices"))
}

/// The device of the home that answers at an endpoint.
pub(in crate::device_state) fn at_endpoint(
    reader: &Reader<'_>,
    home: &HomeId,
    endpoint: &Endpoint,
) -> Result<Option<DeviceId>, DbError> {
    reader
        .query_one(
            "SELECT id FROM device WHERE home = $1 AND node = $2 AND class_code = $3 AND instance = $4 \
             AND removed_at IS NULL",
            &values![
                home.as_str(),
                endpoint.node.to_string(),
                endpoint.class_code,
                endpoint.instance
            ],
        )?
        .map(|row| word(&row, "id"))
        .transpose()
}

pub(in crate::device_state) fn add(
    tx: &mut Tx<'_>,
    home: &HomeId,
    line: &Equipment,
    now: Timestamp,
) -> Result<(), DbError> {
    let Equipment {
        device,
        model,
        endpoint,
        // A new line has had none yet; `certify` counts them.
        certificate: _,
    } = line;
    tx.execute(
        "INSERT INTO device (id, home, kind, room, name, model, node, class_code, instance, added_at, liveness, \
         appeared_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'never', 0)",
        &values![
            device.id.as_str(),
            home.as_str(),
            device.kind.short_name(),
            device.room.as_str(),
            device.name.as_str(),
            model.as_str(),
            endpoint.as_ref().map(|endpoint| endpoint.node.to_string()),
            endpoint.as_ref().map(|endpoint| endpoint.class_code),
            endpoint.as_ref().map(|endpoint| endpoint.instance),
            now
        ],
    )?;
    Ok(())
}

/// Sets or takes away the node of a device. What was known of the device was another node's word, and goes.
pub(in crate::device_state) fn set_endpoint(
    tx: &mut Tx<'_>,
    device: &DeviceId,
    endpoint: Option<&Endpoint>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE device SET node = $1, class_code = $2, instance = $3, certificate = NULL, liveness = 'never', \
         liveness_since = NULL, doubt_since = NULL, appeared_after = 0, hold_until = NULL WHERE id = $4",
        &values![
            endpoint.map(|endpoint| endpoint.node.to_string()),
            endpoint.map(|endpoint| endpoint.class_code),
            endpoint.map(|endpoint| endpoint.instance),
            device.as_str()
        ],
    )?;
    tx.execute("DELETE FROM property WHERE device = $1", &values![device.as_str()])?;
    Ok(())
}

/// Lets a device prove itself by its next certificate, in the place of any node or certificate before. Certificates are
/// counted for as long as the row stands, so that none ever counts again.
pub(in crate::device_state) fn certify(tx: &mut Tx<'_>, device: &DeviceId) -> Result<(), DbError> {
    set_endpoint(tx, device, None)?;
    tx.execute(
        "UPDATE device SET certificates = certificates + 1, certificate = certificates + 1 WHERE id = $1",
        &values![device.as_str()],
    )?;
    Ok(())
}

/// Takes a device off the list. The row stays: what the gateway still has to tell of it is not another house's.
pub(in crate::device_state) fn remove(tx: &mut Tx<'_>, device: &DeviceId, now: Timestamp) -> Result<(), DbError> {
    set_endpoint(tx, device, None)?;
    tx.execute(
        "UPDATE device SET removed_at = $1 WHERE id = $2",
        &values![now, device.as_str()],
    )?;
    Ok(())
}

pub(in crate::device_state) fn unknown_nodes(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<UnknownNode>, DbError> {
    reader
        .query(
            "SELECT node, class_code, instance, address, first_seen, last_seen FROM unknown_node WHERE home = $1 \
             ORDER BY last_seen DESC, node, instance",
            &values![home.as_str()],
        )?
        .iter()
        .map(|row| {
            Ok(UnknownNode {
                endpoint: Endpoint {
                    node: word(row, "node")?,
                    class_code: row.get("class_code")?,
                    instance: row.get("instance")?,
                },
                address: row.get("address")?,
                first_seen: row.get("first_seen")?,
                last_seen: row.get("last_seen")?,
            })
        })
        .collect()
}

/// Remembers a node that is not on the list; true when it was not known yet. A house that is flooded with invented
/// nodes forgets the oldest.
pub(in crate::device_state) fn remember_unknown(
    tx: &mut Tx<'_>,
    home: &HomeId,
    endpoint: &Endpoint,
    address: &str,
    at: Timestamp,
) -> Result<bool, DbError> {
    let node = endpoint.node.to_string();
    let known = tx.execute(
        "UPDATE unknown_node SET address = $1, last_seen = $2 WHERE home = $3 AND node = $4 AND class_code = $5 \
         AND instance = $6",
        &values![
            address,
            at,
            home.as_str(),
            node.as_str(),
            endpoint.class_code,
            endpoint.instance
        ],
    )?;
    if known > 0 {
        return Ok(false);
    }
    tx.execute(
        "DELETE FROM unknown_node WHERE home = $1 AND last_seen <= (SELECT last_seen FROM unknown_node \
         WHERE home = $1 ORDER BY last_seen DESC LIMIT 1 OFFSET $2)",
        &values![home.as_str(), MOST_UNKNOWN - 1],
    )?;
    tx.execute(
        "INSERT INTO unknown_node (home, node, class_code, instance, address, first_seen, last_seen) \
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        &values![home.as_str(), node, endpoint.class_code, endpoint.instance, address, at],
    )?;
    Ok(true)
}

pub(in crate::device_state) fn forget_unknown(
    tx: &mut Tx<'_>,
    home: &HomeId,
    endpoint: &Endpoint,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM unknown_node WHERE home = $1 AND node = $2 AND class_code = $3 AND instance = $4",
        &values![
            home.as_str(),
            endpoint.node.to_string(),
            endpoint.class_code,
            endpoint.instance
        ],
    )?;
    Ok(())
}

pub(super) fn line_of(row: &Row) -> Result<Equipment, DbError> {
    let node = optional_word(row, "node")?;
    let class_code: Option<u16> = row.get("class_code")?;
    let instance: Option<u8> = row.get("instance")?;
    Ok(Equipment {
        device: Device {
            id: word(row, "id")?,
            kind: DeviceKind::from_short_name(&row.get::<String>("kind")?).ok_or_else(|| foreign("kind"))?,
            room: row.get("room")?,
            name: row.get("name")?,
        },
        model: row.get("model")?,
        endpoint: node
            .zip(class_code)
            .zip(instance)
            .map(|((node, class_code), instance)| Endpoint {
                node,
                class_code,
                instance,
            }),
        certificate: row.get("certificate")?,
    })
}
