using System.Text.Encodings.Web;
using System.Text.Json;

namespace S3Auth.S3;

/// <summary>
/// The session policy of temporary credentials: access to the keys below some prefixes of one bucket, and to listings of them. The role's
/// own policy can only narrow it further. Specification: "Policies and permissions in Amazon S3", Amazon S3 User Guide; "AssumeRole", AWS
/// Security Token Service API Reference.
/// </summary>
public static class SessionPolicy
{
    /// <summary>The maximum length of a session policy at AWS, in characters.</summary>
    public const int MaxLength = 2048;

    private const string List = "s3:ListBucket";

    // The actions on objects that a session may have: uploads, in one request or in parts, and reading the result. No deletion.
    private static readonly string[] ReadActions = ["s3:GetObject"];
    private static readonly string[] WriteActions =
        ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

    private static readonly string[] AllReadActions = [.. ReadActions, List];
    private static readonly string[] AllWriteActions = [.. WriteActions, List];

    /// <summary>Returns the actions that the policy allows.</summary>
    public static IReadOnlyList<string> ActionsOf(bool mayWrite) => mayWrite ? AllWriteActions : AllReadActions;

    /// <summary>
    /// Returns the partition of a role's ARN that S3's ARNs must have too: <c>aws-cn</c>, <c>aws-us-gov</c>, or <c>aws</c>, which other
    /// stores use.
    /// </summary>
    public static string PartitionOf(string? roleArn) => roleArn?.Split(':') is [_, "aws-cn" or "aws-us-gov", ..] parts ? parts[1] : "aws";

    /// <summary>Returns the policy as JSON without spaces, because Ceph does not decode them.</summary>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="prefixes">
    /// The prefixes, at least one. They contain none of the characters that a policy treats specially: <c>*</c>, <c>?</c> and <c>$</c>.
    /// An empty prefix is the whole bucket.
    /// </param>
    /// <param name="mayWrite">Whether the session may upload, too.</param>
    /// <param name="partition">The partition of the ARNs.</param>
    /// <exception cref="ArgumentException">There is no prefix, or one contains a special character.</exception>
    public static string Create(string bucket, IReadOnlyList<string> prefixes, bool mayWrite, string partition = "aws")
    {
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        ArgumentNullException.ThrowIfNull(prefixes);
        if (prefixes.Count == 0 || prefixes.Any(prefix => prefix.AsSpan().ContainsAny('*', '?', '$')))
        {
            throw new ArgumentException("The policy needs at least one prefix, without *, ? and $.", nameof(prefixes));
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            WriteStatement(
                json, mayWrite ? WriteActions : ReadActions, prefixes.Select(prefix => $"arn:{partition}:s3:::{bucket}/{prefix}*"));
            json.WriteEndObject();
            WriteStatement(json, [List], [$"arn:{partition}:s3:::{bucket}"]);

            // The condition would refuse a listing without a prefix.
            if (prefixes.All(prefix => prefix.Length > 0))
            {
                json.WriteStartObject("Condition");
                json.WriteStartObject("StringLike");
                WriteArray(json, "s3:prefix", prefixes.Select(prefix => $"{prefix}*"));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteStatement(Utf8JsonWriter json, IEnumerable<string> actions, IEnumerable<string> resources)
    {
        json.WriteStartObject();
        json.WriteString("Effect", "Allow");
        WriteArray(json, "Action", actions);
        WriteArray(json, "Resource", resources);
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
