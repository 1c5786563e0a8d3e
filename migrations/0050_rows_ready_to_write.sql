-- Rows of imports as they are written: the folded name is made when the file is read, so that writing leaves Node out.
alter table import_rows
  add column folded_name text,
  add column name_grams text[];
