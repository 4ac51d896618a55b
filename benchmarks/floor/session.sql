-- What each connection of the floor sets once. The statements are written so that their generic plan is the right one:
-- planning the recall statement anew each time would cost as much as running it.
set plan_cache_mode = force_generic_plan;
set hnsw.ef_search = 120;
set hnsw.iterative_scan = strict_order;
set jit = off;
