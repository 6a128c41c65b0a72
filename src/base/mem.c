/* The allocator seam and arenas; see mem.h. The seam's counter is per thread, so a
 * test that fails an allocation disturbs nobody else and costs one comparison. */
#include "lull/base/mem.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/text.h"

/* An arena hides overruns from the address sanitizer unless it says what is not handed out. */
#if defined(__SANITIZE_ADDRESS__)
#define LULL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LULL_ASAN 1
#endif
#endif
#ifdef LULL_ASAN
#include <sanitizer/asan_interface.h>
enum { RED_ZONE = 16 };
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
enum { RED_ZONE = 0 };
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

/* nth is the number of the allocation to fail, counted by made; 0 = none. */
static _Thread_local struct {
	uint64_t made, nth;
	bool all_after, in_arenas;
} fault;

static bool is_failing(void)
{
	fault.made++;
	return fault.nth && (fault.made == fault.nth || (fault.all_after && fault.made > fault.nth));
}

uint64_t lull_mem_fail_at(uint64_t nth, bool all_after)
{
	const uint64_t made = fault.made;
	fault.made = 0;
	fault.nth = nth;
	fault.all_after = all_after;
	return made;
}

void lull_mem_fail_in_arenas(bool is_on)
{
	fault.in_arenas = is_on;
}

void *lull_mem_alloc(size_t n_bytes)
{
	return is_failing() ? NULL : malloc(n_bytes ? n_bytes : 1);
}

void *lull_mem_zalloc(size_t n, size_t size)
{
	return is_failing() ? NULL : calloc(n ? n : 1, size ? size : 1);
}

void *lull_mem_realloc(void *old, size_t n_bytes)
{
	return is_failing() ? NULL : realloc(old, n_bytes ? n_bytes : 1);
}

void lull_mem_free(void *p)
{
	free(p);
}

enum {
	ALIGN = alignof(max_align_t),
	FIRST_BLOCK = 4096,
	LARGEST_BLOCK = 1 << 20, /* a larger request gets a block of its own */
};

struct lull_arena_block {
	struct lull_arena_block *next;
	size_t used, cap; /* bytes of data, multiples of ALIGN */
	alignas(max_align_t) unsigned char data[];
};

/* A block with room for n bytes; blocks double, so that few are made. */
static struct lull_arena_block *add_block(struct lull_arena *arena, size_t n)
{
	struct lull_arena_block *head = arena->head;
	size_t cap = head && head->cap < LARGEST_BLOCK ? head->cap * 2 : head ? LARGEST_BLOCK : FIRST_BLOCK;
	const bool is_own = n > cap / 2;
	if (is_own)
		cap = n;

	struct lull_arena_block *block = lull_mem_zalloc(1, sizeof(*block) + cap);
	if (!block)
		return NULL;
	block->cap = cap;
	POISON(block->data, cap);
	if (is_own && head) { /* keep filling the head afterwards */
		block->next = head->next;
		head->next = block;
	} else {
		block->next = head;
		arena->head = block;
	}
	return block;
}

void *lull_arena_zalloc(struct lull_arena *arena, size_t n, size_t size)
{
	if ((fault.in_arenas && is_failing()) || (size && n > LULL_ARENA_MAX_BYTES / size))
		return NULL;
	const size_t wanted = n && size ? n * size : 1;
	const size_t bytes = (wanted + ALIGN - 1) / ALIGN * ALIGN;
	if (bytes + RED_ZONE > LULL_ARENA_MAX_BYTES - arena->n_bytes)
		return NULL;

	struct lull_arena_block *block = arena->head;
	if (!block || block->cap - block->used < bytes + RED_ZONE)
		block = add_block(arena, bytes + RED_ZONE);
	if (!block)
		return NULL;
	void *p = block->data + block->used;
	block->used += bytes + RED_ZONE;
	arena->n_bytes += bytes + RED_ZONE;
	UNPOISON(p, wanted);
	return p;
}

char *lull_arena_strndup(struct lull_arena *arena, const char *text, size_t n)
{
	if (!text || n == SIZE_MAX)
		return NULL;
	char *copy = lull_arena_zalloc(arena, n + 1, 1);
	if (copy)
		memcpy(copy, text, n);
	return copy;
}

char *lull_arena_strdup(struct lull_arena *arena, const char *text)
{
	return text ? lull_arena_strndup(arena, text, strlen(text)) : NULL;
}

char *lull_arena_printf(struct lull_arena *arena, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const size_t n = lull_text_vformat(NULL, 0, fmt, ap);
	va_end(ap);
	char *out = lull_arena_zalloc(arena, n + 1, 1);
	if (!out)
		return NULL;
	va_start(ap, fmt);
	lull_text_vformat(out, n + 1, fmt, ap);
	va_end(ap);
	return out;
}

void *lull_arena_grow(struct lull_arena *arena, void *items, size_t n_items, size_t *cap, size_t need,
		      size_t size)
{
	if (items && need <= *cap)
		return items;
	size_t more = *cap ? *cap : 8;
	while (more < need) {
		if (more > LULL_ARENA_MAX_BYTES)
			return NULL;
		more *= 2;
	}
	void *bigger = lull_arena_zalloc(arena, more, size);
	if (!bigger)
		return NULL;
	if (n_items)
		memcpy(bigger, items, n_items * size);
	*cap = more;
	return bigger;
}

void lull_arena_clear(struct lull_arena *arena)
{
	for (struct lull_arena_block *block = arena->head, *next; block; block = next) {
		next = block->next;
		UNPOISON(block->data, block->cap);
		lull_mem_free(block);
	}
	*arena = (struct lull_arena){ 0 };
}
