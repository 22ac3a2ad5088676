package locker

// For the second reader in package locker_test, which must not use more.
var (
	NewLockerForTest = newLocker
	NewWriterForTest = newWriter
	FillForTest      = fill
)
