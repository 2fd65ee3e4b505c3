using System.Text.Encodings.Web;
using System.Text.Json;

namespace S3Auth.S3;

/// <summary>What is the same in everything that one set of credentials signs in one UTC day. Immutable.</summary>
internal sealed class DayKey
{
    /// <summary>Escapes in a policy only what JSON must: stores need not know <c>\u002B</c> for a plus.</summary>
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

    /// <summary>Access key and scope.</summary>
    internal string Credential { get; }

    /// <summary>The session token as a policy holds it; empty where there is none.</summary>
    internal JsonEncodedText PolicyToken { get; }

    /// <summary>Algorithm and credential, up to <c>X-Amz-Date=</c>.</summary>
    internal ReadOnlySpan<byte> QueryStart => _queryStart;

    /// <summary><c>&amp;X-Amz-Security-Token=…</c>, or nothing.</summary>
    internal ReadOnlySpan<byte> QueryToken => _queryToken;

    internal bool Is(SigningCredentials credentials, DateOnly day) => ReferenceEquals(Credentials, credentials) && Key.Day == day;
}
