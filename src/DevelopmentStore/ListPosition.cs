using System.Buffers.Text;

namespace S3Auth.DevelopmentStore;

/// <summary>Where a listing goes on: behind a key, or behind every key that begins with a common prefix.</summary>
internal sealed record ListPosition(string Text, bool WholePrefix)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>As a continuation token: opaque to clients, and good for URLs.</summary>
    public string ToToken() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes((WholePrefix ? "p" : "k") + Text));

    /// <exception cref="S3Exception">InvalidArgument for a text that is no token of ours.</exception>
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
