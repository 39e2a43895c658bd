// Package crypto holds the rules about ciphers, digests, keys, passwords and
// randomness.
package crypto

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	WeakHash, WeakRandom, FastPasswordHash, WeakCipher, InsecureCipherMode, UnauthenticatedEncryption, StaticIVOrNonce, StaticSalt,
	WeakKeySize, HardcodedCryptoKey, PredictableToken, ShortToken, TimingUnsafeCompare, HomemadeMAC,
	PlaintextPasswordStored, PlaintextPasswordCompare, EmptyPassword,
}
