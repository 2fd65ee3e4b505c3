using System.Text;

namespace S3Auth.Domain;

/// <summary>An object's key that S3 allows and a URL can contain: 1 to 1,024 bytes of valid UTF-8.</summary>
public readonly record struct ObjectName
{
    /// <summary>The maximum length, in bytes of UTF-8.</summary>
    public const int MaxBytes = S3Limits.MaxKeyBytes;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _key;

    private ObjectName(string key) => _key = key;

    /// <summary>The key, exactly as the store has it.</summary>
    public string Key => _key ?? throw new InvalidOperationException("The name was not parsed.");

    /// <summary>Parses a key; false if it is empty, too long, or not valid Unicode.</summary>
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
