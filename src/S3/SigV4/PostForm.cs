using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace S3Auth.S3;

/// <summary>
/// The fields of a POST form. Each write builds the policy; the first one signs it, and the signature is kept. For a prefix, <c>key</c>
/// ends with <c>${filename}</c>. Specification: "Creating a POST policy", Amazon S3 API Reference.
/// </summary>
internal sealed class PostForm(DatedSigner signer, in PostPolicyRules rules, long seconds) : FormFields
{
    private const string ExpirationFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private readonly PostPolicyRules _rules = rules;

    // Kept, because an answer can contain a form twice. Two threads may sign at once; both get the same signature.
    private byte[]? _signature;

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WritePropertyName(SigV4Names.Form.Key);
        // In two segments, so that no joined string is allocated.
        json.WriteStringValueSegment(_rules.Key, isFinalSegment: _rules.IsWholeKey);
        if (!_rules.IsWholeKey)
        {
            json.WriteStringValueSegment("${filename}", isFinalSegment: true);
        }

        json.WriteString(SigV4Names.Form.Acl, _rules.Acl);
        json.WriteString(SigV4Names.Form.StorageClass, _rules.StorageClass);

        // The uploader may set any type. AWS requires every field of the policy in the form, so the form has S3's default type.
        json.WriteString(SigV4Names.Form.ContentType, SigV4Names.Form.DefaultContentType);
        json.WriteString(SigV4Names.Form.Algorithm, SigV4Names.Algorithm);
        json.WriteString(SigV4Names.Form.Credential, signer.Key.Credential);
        json.WriteString(SigV4Names.Form.Date, signer.Timestamp);
        if (signer.Key.Credentials.SessionToken is { } token)
        {
            json.WriteString(SigV4Names.Form.SecurityToken, token);
        }

        WritePolicyAndSignature(json);
    }

    // The signature covers the policy in base64.
    private void WritePolicyAndSignature(Utf8JsonWriter json)
    {
        var policy = PolicyBuffer.OfThisThread();
        BuildPolicy(policy.Json);
        policy.Json.Flush();

        var buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(policy.Written.Length));
        try
        {
            Base64.EncodeToUtf8(policy.Written, buffer, out _, out var length);
            var base64 = buffer.AsSpan(0, length);
            if (_signature is null)
            {
                var signature = new byte[SigV4Names.SignatureLength];
                signer.Key.Key.Sign(base64, signature);
                _signature = signature;
            }

            json.WriteString(SigV4Names.Form.Policy, base64);
            json.WriteString(SigV4Names.Form.Signature, _signature);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void BuildPolicy(Utf8JsonWriter json)
    {
        Span<byte> expiration = stackalloc byte[ExpirationFormat.Length];
        signer.Moment.AddSeconds(seconds).UtcDateTime.TryFormat(
            expiration, out var length, ExpirationFormat, CultureInfo.InvariantCulture);

        json.WriteStartObject();
        json.WriteString("expiration"u8, expiration[..length]);
        json.WriteStartArray("conditions"u8);
        WriteExact(json, SigV4Names.Form.Bucket, signer.Bucket);
        json.WriteStartArray();
        json.WriteStringValue(_rules.IsWholeKey ? "eq"u8 : "starts-with"u8);
        json.WriteStringValue("$key"u8);
        WriteKey(json, _rules.Key);
        json.WriteEndArray();
        json.WriteStartArray();
        json.WriteStringValue("content-length-range"u8);
        json.WriteNumberValue(_rules.MinBytes);
        json.WriteNumberValue(_rules.MaxBytes);
        json.WriteEndArray();
        WriteExact(json, SigV4Names.Form.Acl, _rules.Acl);
        WriteExact(json, SigV4Names.Form.StorageClass, _rules.StorageClass);
        json.WriteStartArray();
        json.WriteStringValue("starts-with"u8);
        json.WriteStringValue("$Content-Type"u8);
        json.WriteStringValue(""u8);
        json.WriteEndArray();
        WriteExact(json, SigV4Names.Form.Algorithm, SigV4Names.Algorithm);
        WriteExact(json, SigV4Names.Form.Credential, signer.Key.Credential);
        json.WriteStartObject();
        json.WriteString(SigV4Names.Form.Date, signer.Timestamp);
        json.WriteEndObject();
        if (signer.Key.Credentials.SessionToken is not null)
        {
            json.WriteStartObject();
            json.WriteString(SigV4Names.Form.SecurityToken, signer.Key.PolicyToken);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Writes characters beyond U+FFFF as plain UTF-8. The encoder would escape them as pairs of surrogates, which the Ceph gateway reads as
    // two characters.
    private static void WriteKey(Utf8JsonWriter json, string key)
    {
        if (!key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            json.WriteStringValue(key);
            return;
        }

        var text = new StringBuilder(key.Length + 2).Append('"');
        foreach (var rune in key.EnumerateRunes())
        {
            text.Append(rune.IsBmp ? DayKey.PolicyEncoder.Encode(rune.ToString()) : rune.ToString());
        }

        json.WriteRawValue(text.Append('"').ToString());
    }

    private static void WriteExact(Utf8JsonWriter json, string field, string value)
    {
        json.WriteStartObject();
        json.WriteString(field, value);
        json.WriteEndObject();
    }
}
