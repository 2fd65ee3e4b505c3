using System.Runtime.CompilerServices;

namespace S3Auth.Substrate.Transcript;

/// <summary>The 200 bytes of a Keccak state, inline, so that a transcript lives on the stack and copies by assignment.</summary>
[InlineArray(Keccak.Lanes)]
internal struct KeccakState
{
    private ulong _lane;
}
