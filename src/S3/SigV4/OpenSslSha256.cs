using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace S3Auth.S3;

/// <summary>
/// SHA-256 by the functions of OpenSSL below its EVP interface. .NET hashes by EVP, which takes several times as long as hashing a
/// canonical request. Only for systems with <see cref="Library"/>; elsewhere .NET hashes.
/// </summary>
internal static unsafe partial class OpenSslSha256
{
    /// <summary>The size of a block in bytes.</summary>
    internal const int BlockSize = 64;

    private const string Library = "libcrypto.so.3";

    /// <summary>Whether these functions exist and return the hashes of .NET.</summary>
    internal static bool IsUsable { get; } = NativeLibrary.TryLoad(Library, out _) && IsCorrect();

    // The functions always return 1.

    /// <summary>Returns the state after data, to continue from it any number of times.</summary>
    internal static State Start(ReadOnlySpan<byte> data)
    {
        State state;
        _ = Init(&state);
        fixed (byte* bytes = data)
        {
            _ = Update(&state, bytes, (nuint)data.Length);
        }

        return state;
    }

    /// <summary>Hashes data after what a state has hashed.</summary>
    internal static void Finish(State state, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        fixed (byte* bytes = data, result = hash[..SHA256.HashSizeInBytes])
        {
            _ = Update(&state, bytes, (nuint)data.Length);
            _ = Final(result, &state);
        }
    }

    private static bool IsCorrect()
    {
        Span<byte> data = stackalloc byte[3 * BlockSize];
        data.Fill(0xA5);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        try
        {
            Finish(Start(data[..BlockSize]), data[BlockSize..], hash);
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }

        return hash.SequenceEqual(SHA256.HashData(data));
    }

    [LibraryImport(Library, EntryPoint = "SHA256_Init"), SuppressGCTransition]
    private static partial int Init(State* state);

    [LibraryImport(Library, EntryPoint = "SHA256_Update"), SuppressGCTransition]
    private static partial int Update(State* state, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "SHA256_Final"), SuppressGCTransition]
    private static partial int Final(byte* hash, State* state);

    /// <summary><c>SHA256_CTX</c> of <c>openssl/sha.h</c>: 112 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    internal struct State;
}
