# Reads "nm -A -u" of the rooms' static libraries and prints each symbol that a room may not need:
#   room/file: symbol
# A pure room, and codec/, may need only what is listed here: that keeps clocks, files, the
# environment, printing, foreign allocators and libm out, and whatever nobody thought of.
BEGIN {
	# Memory and text in the caller's hands; exact arithmetic that some builds do not inline.
	words("memcpy memmove memset memcmp bcmp memchr strlen strcmp strncmp strchr strrchr strstr strcspn strspn strpbrk qsort bsearch " \
	      "__memcpy_chk __memmove_chk __memset_chk fabs sqrt floor ceil trunc fma ldexp frexp copysign fmod " \
	      "__stack_chk_fail __assert_fail __tls_get_addr _GLOBAL_OFFSET_TABLE_", common)

	# One file's own door.
	words("malloc calloc realloc free", own); give("base/mem.c")
	words("vsnprintf __vsnprintf_chk", own); give("base/text.c")
	words("strtod", own); give("base/parse.c")
	words("yaml_event_delete yaml_parser_delete yaml_parser_initialize yaml_parser_parse yaml_parser_set_encoding yaml_parser_set_input_string", own); give("base/yaml.c")
	words("crypto_hash_sha256 crypto_hash_sha256_init crypto_hash_sha256_update crypto_hash_sha256_final", own); give("base/files.c")
	words("sodium_init sodium_memzero sodium_bin2hex sodium_hex2bin randombytes_buf crypto_generichash_blake2b " \
	      "crypto_aead_xchacha20poly1305_ietf_encrypt crypto_aead_xchacha20poly1305_ietf_decrypt", own); give("base/seal.c")
	words("sodium_memcmp crypto_pwhash_str_alg crypto_pwhash_str_needs_rehash crypto_pwhash_str_verify", own); give("base/secret.c")
	words("nettle_hmac_sha1_set_key nettle_hmac_sha1_update nettle_hmac_sha1_digest", own); give("base/hmac_sha1.c")
	words("pthread_create pthread_join pthread_sigmask sigfillset sched_getaffinity __sched_cpucount sysconf " \
	      "pthread_mutex_init pthread_mutex_destroy pthread_mutex_lock pthread_mutex_unlock " \
	      "pthread_cond_init pthread_cond_destroy pthread_cond_wait pthread_cond_signal pthread_cond_broadcast", own); give("base/pool.c")
	words("__cpu_indicator_init __cpu_model __cpu_features2", own); give("num/math.c")
	words("pthread_once setjmp _setjmp longjmp __longjmp_chk", own); give("codec/json_read.c")

	# A prefix that one room may use.
	prefix["num"] = "Sleef_finz_"
	prefix["codec"] = "json_"

	# What the rooms may not, api may: read files.
	words("fopen fopen64", may_read)

	# Rooms that may talk to their libraries but never to the machine.
	words("time clock clock_gettime gettimeofday localtime localtime_r gmtime getenv secure_getenv setenv fopen fopen64 open open64 openat read write " \
	      "printf puts putchar fprintf vprintf vfprintf fputs fputc fwrite __printf_chk __fprintf_chk stdout stderr malloc calloc realloc free " \
	      "strcpy strcat sprintf strtod strtol atof atoi rand srand random exit abort setlocale", machine)
}

function words(text, table,    part, n, i) {
	delete own_words
	n = split(text, part, " ")
	for (i = 1; i <= n; i++) {
		table[part[i]] = 1
		own_words[part[i]] = 1
	}
}

function give(file,    w) {
	for (w in own_words)
		allowed[file " " w] = 1
}

{
	symbol = $NF
	if (!match($0, /src_[a-z]+_[A-Za-z0-9_]+\.c\.o/))
		next
	file = substr($0, RSTART + 4, RLENGTH - 6)
	room = file
	sub(/_.*$/, "", room)
	sub(/_/, "/", file)
	if (symbol ~ /^lull_/ || (file " " symbol) in allowed)
		next
	if (room == "cli" || room == "server" || room == "store")
		next
	if (room == "report" || room == "interop" || room == "api") {
		if ((symbol in machine) && !(room == "api" && (symbol in may_read)))
			print file ": " symbol
		next
	}
	if (symbol in common || ((room in prefix) && index(symbol, prefix[room]) == 1))
		next
	print file ": " symbol
}
