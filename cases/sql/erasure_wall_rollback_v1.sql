DROP FUNCTION case_erase(bytea, bigint[], bytea[]);
ALTER FUNCTION case_erase_unchecked(bytea, bigint[], bytea[]) RENAME TO case_erase;
