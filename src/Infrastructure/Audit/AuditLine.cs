using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using S3Auth.Application.Ports;

namespace S3Auth.Infrastructure.Audit;

/// <summary>A record as one line of JSON. Members without a value are left out.</summary>
internal static class AuditLine
{
    /// <summary>What tells these lines from others of the same output.</summary>
    internal const string Category = "S3Auth.Audit";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default };

    internal static void Write(IBufferWriter<byte> destination, AuditRecord decision)
    {
        using (var json = new Utf8JsonWriter(destination, Options))
        {
            json.WriteStartObject();
            json.WriteString("category", Category);
            json.WriteString("time", decision.Time.UtcDateTime);
            json.WriteString("request_id", decision.RequestId);
            json.WriteString("action", decision.Action);
            json.WriteString("decision", decision.Decision);
            json.WriteString("hotkey", decision.Hotkey.ToString());
            json.WriteBoolean("proved", decision.Proved);
            if (decision.Coldkey is { } coldkey)
            {
                json.WriteString("coldkey", coldkey.ToString());
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
        }

        destination.Write("\n"u8);
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

        json.WriteString("expiry", granted.Expiry.UtcDateTime);
    }
}
