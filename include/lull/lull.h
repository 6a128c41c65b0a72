/** @file lull/lull.h
 * Lull as a library: the stable interface.
 *
 * This header keeps its promises from release to release; everything else below include/lull/ is for programs that
 * link the static library of the same version, and may change until 1.0. docs/api.md is the guide, examples/ has
 * whole programs.
 *
 * - A function that can fail returns #LULL_OK (0) or a negative enum lull_code and fills the caller's struct
 *   lull_error, which may be NULL. Nothing is printed, nothing aborts on input, there is no global state.
 * - A handle that comes back through an out-parameter is the caller's, to be freed with the function of its name;
 *   those accept NULL. A text or array that is returned is borrowed from the handle it was asked of.
 * - A struct of options starts with its size, which its initialiser macro sets. Members are only ever added at the
 *   end, and zero always means what it meant before, so that programs built today run with tomorrow's library.
 * - Names are UTF-8, numbers are IEEE doubles, NaN stands for "not given".
 */
#ifndef LULL_LULL_H
#define LULL_LULL_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/code.h"

/** Marks what the shared library exports. */
#if defined(__GNUC__)
#define LULL_API __attribute__((visibility("default")))
#else
#define LULL_API
#endif

LULL_BEGIN_C

/** @name The library itself
 * @{ */

/** Number of the binary interface this header describes; the soname of the shared library carries it. It rises when
 * a program must be compiled anew, and stays 0 until 1.0. */
#define LULL_ABI_VERSION 0

/** The library's version, "0.1.0". */
LULL_API const char *lull_version(void);

/** The library's #LULL_ABI_VERSION, to compare with the header's. */
LULL_API int lull_abi_version(void);

/** Bytes of a hash as text: 64 hexadecimal digits and a NUL. */
#define LULL_HASH_BYTES 65

/** SHA-256 over the names and bytes of the knowledge files in this library: with the version it says which figures an
 * answer rests on.
 * @param text receives the digits */
LULL_API void lull_knowledge_hash(char text[LULL_HASH_BYTES]);

/** @} */

/** @name Errors
 * @{ */

/** What went wrong, for people. `= { 0 }` is the empty value; texts are cut, never overrun. The layout is fixed. */
struct lull_error {
	int32_t code;     /**< #LULL_OK or what the function returned           */
	int32_t reserved; /**< 0                                                */
	char what[512];   /**< the sentence                                     */
	char where[256];  /**< the argument, or the place in a file: "my.yaml:12:7" */
	char mend[256];   /**< what can be done about it; may be empty          */
};

/** The general text of a code, never NULL.
 * @param code an enum lull_code
 * @returns "out of memory" and the like; static */
LULL_API const char *lull_error_text(int code);

/** One line for people: "where: what; mend".
 * @param error what a function filled
 * @param text receives the line, ended by a NUL, cut where it does not fit; may be NULL when n_bytes is 0
 * @param n_bytes bytes at text
 * @returns bytes the whole line needs, without the NUL */
LULL_API size_t lull_error_line(const struct lull_error *error, char *text, size_t n_bytes);

/** @} */

LULL_END_C

#endif
