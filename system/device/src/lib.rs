//! Virtual devices of a house that speak the real protocols (住設機器・センサー機器).
