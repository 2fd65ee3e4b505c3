using System.Text.Encodings.Web;

namespace S3Auth.Infrastructure.Audit;

/// <summary>Writes an audit record as one line of JSON, without members that have no value.</summary>
internal static class AuditLine
{
    /// <summary>The value that distinguishes audit lines from log lines in the same output.</summary>
    internal const string Category = "S3Auth.Audit";

    /// <summary>The options for the JSON writer.</summary>
    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Writes one line.</summary>
    /// <param name="json">A writer to <paramref name="destination"/> with <see cref="Options"/>. It can be used again afterwards.</param>
    /// <param name="destination">The buffer for the line.</param>
    /// <param name="decision">The record.</param>
    internal static void Write(Utf8JsonWriter json, IBufferWriter<byte> destination, AuditRecord decision)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteString("category", Category);
        json.WriteString("time", decision.Time.UtcDateTime);
        json.WriteString("request_id", decision.RequestId);
        json.WriteString("action", decision.Action);
        json.WriteString("decision", decision.Decision);
        WriteAddress(json, "hotkey", decision.Hotkey);
        json.WriteString("role", decision.Role.ToName());
        json.WriteBoolean("proved", decision.Proved);
        if (decision.Coldkey is { } coldkey)
        {
            WriteAddress(json, "coldkey", coldkey);
        }

        if (decision.Uid is { } uid)
        {
            json.WriteNumber("uid", uid);
        }

        json.WriteString("proof", decision.Proof);
        if (decision.ClientAddress is { } address)
        {
            json.WriteString("client_address", address);
        }

        if (decision.Granted is { } granted)
        {
            Write(json, granted);
        }

        json.WriteEndObject();
        json.Flush();
        destination.Write("\n"u8);
    }

    private static void WriteAddress(Utf8JsonWriter json, string name, in AccountId account)
    {
        Span<char> address = stackalloc char[Ss58.TextLength];
        account.TryFormat(address, out var length, default, provider: null);
        json.WriteString(name, address[..length]);
    }

    private static void Write(Utf8JsonWriter json, GrantedAccess granted)
    {
        json.WriteStartArray("prefixes");
        foreach (var prefix in granted.Prefixes)
        {
            json.WriteStringValue(prefix);
        }

        json.WriteEndArray();
        if (granted.Files is { } files)
        {
            json.WriteNumber("files", files);
        }

        if (granted.Expiry is { } expiry)
        {
            json.WriteString("expiry", expiry.UtcDateTime);
        }

        if (granted.IsReused)
        {
            json.WriteBoolean("reused", true);
        }
    }
}
