//! ECHONET Lite frames, property maps and class tables, without I/O.
