/* lull/base/mem.h - the allocator seam and arenas.
 *
 * Every allocation of Lull's own goes through lull_mem_*; tests fail the n-th one.
 * Most results live in an arena that the caller owns: one clear frees all of it,
 * so a function that fails half-way has nothing to undo. */
#ifndef LULL_BASE_MEM_H
#define LULL_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"

LULL_BEGIN_C

/* malloc, calloc, realloc, free with the seam in front. NULL when out of memory. */
void *lull_mem_alloc(size_t n_bytes);
void *lull_mem_zalloc(size_t n, size_t size);
void *lull_mem_realloc(void *old, size_t n_bytes);
void lull_mem_free(void *p);

/* For tests: fail the n-th allocation from now (1 = the next) and, when all_after,
 * every one after it; 0 switches the fault off. Per thread. Returns how many
 * allocations this thread made since the last call. */
uint64_t lull_mem_fail_at(uint64_t nth, bool all_after);

/* For tests: what an arena hands out counts and fails too, not only its blocks. Per thread; off
 * at first. Reaches every check of a caller, at many times the runs. */
void lull_mem_fail_in_arenas(bool is_on);

/* Blocks of memory that are freed together. Zero is a valid empty arena. Not for
 * use by two threads at once. Ceiling: LULL_ARENA_MAX_BYTES in all. */
#define LULL_ARENA_MAX_BYTES ((size_t)4 << 30)
struct lull_arena_block;
struct lull_arena {
	struct lull_arena_block *head;
	size_t n_bytes; /* handed out so far */
};

/* Zeroed, aligned for any type. NULL when out of memory or above the ceiling. */
void *lull_arena_zalloc(struct lull_arena *arena, size_t n, size_t size);
#define LULL_ARENA_NEW(arena, type, n) ((type *)lull_arena_zalloc((arena), (n), sizeof(type)))

/* Copies; NULL when out of memory (or text is NULL). */
char *lull_arena_strdup(struct lull_arena *arena, const char *text);
char *lull_arena_strndup(struct lull_arena *arena, const char *text, size_t n);
char *lull_arena_printf(struct lull_arena *arena, const char *fmt, ...) LULL_PRINTF(2, 3);

/* Grow an array inside the arena to hold at least need items (doubling; the old
 * piece stays until the clear). *cap is updated; NULL and unchanged when out of memory. */
void *lull_arena_grow(struct lull_arena *arena, void *items, size_t n_items, size_t *cap,
		      size_t need, size_t size);

void lull_arena_clear(struct lull_arena *arena); /* accepts an empty one */

LULL_END_C

#endif
