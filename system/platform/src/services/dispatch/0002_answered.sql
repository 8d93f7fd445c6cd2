-- When the company said for the first time that it does something.
ALTER TABLE incident ADD COLUMN answered_at BIGINT;
