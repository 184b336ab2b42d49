/* empty.c - does nothing: what starting a process costs, to be subtracted from the others. */
int main(void) {
    return 0;
}
