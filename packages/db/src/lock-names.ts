/** Numbers of the server's advisory locks; one for each thing that only one process may do at a time. */
export const MIGRATION_LOCK = 4_207_001;
/** Held to the end of a writing transaction, so that change numbers appear in commit order. */
export const WRITE_LOCK = 4_207_002;
/** Two linkers at once would undo each other's work. */
export const LINK_LOCK = 4_207_003;
