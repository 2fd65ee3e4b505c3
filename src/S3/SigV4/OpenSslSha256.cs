using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace S3Auth.S3;

/// <summary>
/// SHA-256 by OpenSSL's low-level functions, which OpenSSL has deprecated but still has. .NET uses the EVP interface, with which a
/// signature takes 2.6 times as long (docs/decisions/0024). Needs <see cref="Library"/>; without it, .NET must hash.
/// </summary>
internal static unsafe partial class OpenSslSha256
{
    /// <summary>The size of a block in bytes.</summary>
    internal const int BlockSize = 64;

    /// <summary>
    /// The maximum length of the data of one call, in bytes. The calls have no GC transition, which saves time. So a garbage collection
    /// waits for them, and they must be short.
    /// </summary>
    internal const int MaxLength = 4096;

    private const string Library = "libcrypto.so.3";

    /// <summary>Whether OpenSSL 3 has these functions, and a test hash equals that of .NET.</summary>
    internal static bool IsUsable { get; } = NativeLibrary.TryLoad(Library, out _) && IsCorrect();

    /// <summary>Hashes data and returns the state, from which any number of hashes can go on.</summary>
    internal static State Start(ReadOnlySpan<byte> data)
    {
        // These functions always return 1.
        State state;
        _ = Init(&state);
        fixed (byte* bytes = data)
        {
            _ = Update(&state, bytes, (nuint)data.Length);
        }

        return state;
    }

    /// <summary>Writes the hash of what the state has hashed and then the data. Does not change the caller's state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="data">At most <see cref="MaxLength"/> bytes.</param>
    /// <param name="hash">Receives 32 bytes.</param>
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
        catch (TypeLoadException)
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

    /// <summary><c>SHA256_CTX</c> of <c>openssl/sha.h</c>: 112 bytes. With some room more.</summary>
    internal struct State
    {
        private fixed ulong _words[16];
    }
}
