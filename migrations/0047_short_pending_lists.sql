-- New entries of these indexes wait in a list, which every search reads, and are put in their places when it is full: by
-- whoever is writing at that moment. With the usual 4 MB that held up a message for 150 to 450 ms, with 512 kB for 60.
alter index contacts_search set (gin_pending_list_limit = 512);
alter index messages_grams set (gin_pending_list_limit = 512);
