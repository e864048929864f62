DROP FUNCTION list_release(uuid, bigint[]), list_withdraw(bytea, uuid, bigint), list_delta(uuid), list_unanswered(uuid[]),
    list_figures(uuid[]), list_sites(uuid), list_in_sight(uuid), case_root(uuid);
