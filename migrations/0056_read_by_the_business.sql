-- How far the played customer's phone was told that what they wrote was read. Ids sort in the order of arrival.
alter table test_phone_customers add column read_to uuid;
