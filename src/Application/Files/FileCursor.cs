using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Application.Files;

/// <summary>
/// The continuation token of a file list: the last key of a page, and a hash that binds it to the listed prefixes. Base64url of 16 bytes of
/// SHA-256 and the bytes of the key. It needs no secret, so every instance can read it. A forged cursor is harmless: it is valid only for
/// prefixes that the caller may list, and only selects where the page begins. An altered cursor, or one for other prefixes, is rejected.
/// </summary>
internal static class FileCursor
{
    private const int HashSize = 16;
    private const string Purpose = "s3auth:file-cursor:1";

    /// <summary>Makes the cursor for the page after a key.</summary>
    internal static string After(ObjectKey key, IReadOnlyList<string> prefixes)
    {
        var bytes = new byte[HashSize + key.Bytes.Length];
        key.Bytes.Span.CopyTo(bytes.AsSpan(HashSize));
        Bind(bytes.AsSpan(HashSize), prefixes, bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Parses a cursor; false if it was not made for these prefixes.</summary>
    /// <param name="cursor">The cursor that the client sent.</param>
    /// <param name="prefixes">The prefixes of the current request.</param>
    /// <param name="index">The index of the prefix that contains the key.</param>
    /// <param name="key">The key.</param>
    internal static bool TryRead(string cursor, IReadOnlyList<string> prefixes, out int index, out ObjectKey key)
    {
        (index, key) = (-1, default);
        Span<byte> bytes = stackalloc byte[HashSize + ObjectKey.MaxBytes + 2];
        if (Base64Url.DecodeFromChars(cursor, bytes, out var read, out var length) != OperationStatus.Done
            || read != cursor.Length
            || length <= HashSize)
        {
            return false;
        }

        bytes = bytes[..length];

        // Base64url has several encodings of the same bytes (unused bits, padding, white space). Accepts only the one that After writes.
        if (Base64Url.EncodeToString(bytes) != cursor)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HashSize];
        Bind(bytes[HashSize..], prefixes, expected);
        if (!bytes[..HashSize].SequenceEqual(expected))
        {
            return false;
        }

        if (!ObjectKey.TryRead(bytes[HashSize..], out var found))
        {
            return false;
        }

        index = prefixes.TakeWhile(prefix => !found.StartsWith(Encoding.UTF8.GetBytes(prefix))).Count();
        key = found;
        return index < prefixes.Count;
    }

    private static void Bind(ReadOnlySpan<byte> key, IReadOnlyList<string> prefixes, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes($"{Purpose}\0{string.Join('\0', prefixes)}\0\0"));
        sha.AppendData(key);
        sha.GetHashAndReset().AsSpan(0, HashSize).CopyTo(hash);
    }
}
