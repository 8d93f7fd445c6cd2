//! The residents' app (スマートフォンアプリ), rendered over a port that platform and gateway implement.
