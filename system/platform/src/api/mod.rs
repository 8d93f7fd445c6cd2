//! The door for programs: the ECHONET Lite Web API, schedules, history, live events and tokens, over HTTPS and JSON.

mod elapi;
