namespace S3Auth.Application.Ports;

/// <summary>
/// Encrypts and authenticates data that this server hands out and reads again later. Without the key, a seal cannot be read, changed or
/// forged. Instances that share the key open each other's seals.
/// </summary>
public interface ISealer
{
    /// <summary>Seals content as text for a URL: base64url, a third longer than the content plus 45 bytes.</summary>
    /// <param name="content">The content.</param>
    /// <param name="purpose">The purpose. The seal opens only for the same purpose.</param>
    string Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> purpose);

    /// <summary>Opens a seal; null if it was altered, is for another purpose, or was made with another key.</summary>
    byte[]? Open(ReadOnlySpan<char> seal, ReadOnlySpan<byte> purpose);
}
