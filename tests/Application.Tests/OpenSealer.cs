using System.Buffers.Text;
using System.Text;

namespace S3Auth.Application.Tests;

/// <summary>A sealer without encryption. A seal still opens only for its purpose.</summary>
internal sealed class OpenSealer : ISealer
{
    internal static string SealFor(string purpose, ReadOnlySpan<byte> content) =>
        Base64Url.EncodeToString([.. Encoding.UTF8.GetBytes(purpose), 0, .. content]);

    public string Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> purpose) => SealFor(Encoding.UTF8.GetString(purpose), content);

    public byte[]? Open(ReadOnlySpan<char> seal, ReadOnlySpan<byte> purpose)
    {
        byte[] head = [.. purpose, 0];
        return Base64Url.IsValid(seal) && Base64Url.DecodeFromChars(seal) is var bytes && bytes.AsSpan().StartsWith(head)
            ? bytes[head.Length..]
            : null;
    }
}
