using System.Text;

namespace S3Auth.Domain;

/// <summary>An object's key: 1 to 1,024 bytes of UTF-8, as S3 limits it.</summary>
public readonly record struct ObjectName
{
    /// <summary>The longest key, in bytes of UTF-8.</summary>
    public const int MaxBytes = S3Limits.MaxKeyBytes;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _key;

    private ObjectName(string key) => _key = key;

    /// <summary>The key, as it is stored: nothing is decoded or normalised.</summary>
    public string Key => _key ?? throw new InvalidOperationException("An object has a key.");

    /// <summary>Reads a key; false when it is empty, too long, or no valid Unicode text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ObjectName name)
    {
        name = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxBytes)
        {
            return false;
        }

        try
        {
            if (StrictUtf8.GetByteCount(text) > MaxBytes)
            {
                return false;
            }
        }
        catch (EncoderFallbackException)
        {
            return false;
        }

        name = new ObjectName(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Key;
}
