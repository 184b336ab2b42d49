/*
 * fib.c - fib.fs of gforth in C: 34, by recursion. The function is kept from being inlined into itself, so that
 * as many calls are made as in Forth.
 */
#include <stdio.h>

__attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) static long fib(long n) {
    return n < 2 ? 1 : fib(n - 1) + fib(n - 2);
}

int main(void) {
    volatile long large = 34, small = 25;
    long unused = fib(large);
    __asm__ volatile("" : : "r"(unused));
    printf("%ld\n", fib(small));
    return 0;
}
