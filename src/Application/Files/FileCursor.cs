using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Application.Files;

/// <summary>
/// Where a page of files ended: the last key, and a hash that binds it to the prefixes it was listed for. Base64url of 16 bytes of
/// SHA-256 and the key's own bytes. It needs no secret, so every instance reads every other's: who makes one up for prefixes that he may list
/// gets nothing but a place to begin among them, and one for other prefixes, or an altered one, is read by none.
/// </summary>
internal static class FileCursor
{
    private const int HashSize = 16;
    private const string Purpose = "s3auth:file-cursor:1";

    /// <summary>The cursor behind a key.</summary>
    internal static string After(ObjectKey key, IReadOnlyList<string> prefixes)
    {
        var bytes = new byte[HashSize + key.Bytes.Length];
        key.Bytes.Span.CopyTo(bytes.AsSpan(HashSize));
        Bind(bytes.AsSpan(HashSize), prefixes, bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor; false when it was not made for these prefixes.</summary>
    /// <param name="cursor">What the client sent.</param>
    /// <param name="prefixes">What the client may list now.</param>
    /// <param name="index">Which of the prefixes the key lies in.</param>
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

        // The last character has bits that mean nothing, and padding and white space are skipped: only one of the spellings was given out.
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
