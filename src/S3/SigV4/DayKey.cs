using System.Text.Encodings.Web;
using System.Text.Json;

namespace S3Auth.S3;

/// <summary>The parts that all signatures of one set of credentials on one UTC day share. Immutable.</summary>
internal sealed class DayKey
{
    /// <summary>Escapes in a policy only what JSON requires, because not every store may decode <c>\u002B</c> to a plus sign.</summary>
    internal static readonly JavaScriptEncoder PolicyEncoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly byte[] _queryStart;
    private readonly byte[] _queryToken;

    internal DayKey(SigningCredentials credentials, DateOnly day, string region)
    {
        Credentials = credentials;
        Key = SigningKey.Derive(credentials.SecretKey, day, region);
        Credential = $"{credentials.AccessKey}/{Key.Scope}";

        _queryStart = Encoding.ASCII.GetBytes(
            $"{SigV4Names.Query.Algorithm}={SigV4Names.Algorithm}"
            + $"&{SigV4Names.Query.Credential}={S3UriEncoding.EncodeComponent(Credential)}"
            + $"&{SigV4Names.Query.Date}=");
        _queryToken = credentials.SessionToken is { } token
            ? Encoding.ASCII.GetBytes($"&{SigV4Names.Query.SecurityToken}={S3UriEncoding.EncodeComponent(token)}")
            : [];
        PolicyToken = JsonEncodedText.Encode(credentials.SessionToken ?? "", PolicyEncoder);
    }

    internal SigningCredentials Credentials { get; }

    internal SigningKey Key { get; }

    /// <summary>Access key id and scope: <c>{access key}/{scope}</c>.</summary>
    internal string Credential { get; }

    /// <summary>The session token as in a policy; empty if there is none.</summary>
    internal JsonEncodedText PolicyToken { get; }

    /// <summary>The query from the algorithm up to <c>X-Amz-Date=</c>.</summary>
    internal ReadOnlySpan<byte> QueryStart => _queryStart;

    /// <summary><c>&amp;X-Amz-Security-Token=…</c>; empty without a session token.</summary>
    internal ReadOnlySpan<byte> QueryToken => _queryToken;

    internal bool Is(SigningCredentials credentials, DateOnly day) => ReferenceEquals(Credentials, credentials) && Key.Day == day;
}
