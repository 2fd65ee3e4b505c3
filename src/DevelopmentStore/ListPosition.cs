using System.Buffers.Text;

namespace S3Auth.DevelopmentStore;

/// <summary>The position at which a listing continues: after a key, or after all keys of a common prefix.</summary>
internal sealed record ListPosition(string Text, bool WholePrefix)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the position as a continuation token, which is opaque to clients and safe in URLs.</summary>
    public string ToToken() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes((WholePrefix ? "p" : "k") + Text));

    /// <summary>Parses a continuation token.</summary>
    /// <exception cref="S3Exception">InvalidArgument for any other text.</exception>
    public static ListPosition Parse(string token)
    {
        try
        {
            return StrictUtf8.GetString(Base64Url.DecodeFromChars(token)) switch
            {
                ['p', .. var text] => new ListPosition(text, WholePrefix: true),
                ['k', .. var text] => new ListPosition(text, WholePrefix: false),
                _ => throw new FormatException(),
            };
        }
        catch (Exception malformed) when (malformed is FormatException or DecoderFallbackException)
        {
            throw S3Error.InvalidArgument.With("The continuation token provided is incorrect", ("ArgumentName", "continuation-token"));
        }
    }
}
