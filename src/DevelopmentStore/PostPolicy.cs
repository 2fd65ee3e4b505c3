using System.Text.Json;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// The policy of a POST form: its expiration, the conditions for each field, and the allowed size of the file. The form must not contain
/// fields that the policy does not mention.
/// Specification: "Creating a POST policy", Amazon S3 API Reference.
/// </summary>
internal sealed class PostPolicy
{
    private static readonly string[] ExpirationFormats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    private readonly DateTimeOffset _expiration;
    private readonly List<Condition> _conditions;

    private PostPolicy(DateTimeOffset expiration, List<Condition> conditions, long minBytes, long maxBytes)
    {
        _expiration = expiration;
        _conditions = conditions;
        MinBytes = minBytes;
        MaxBytes = maxBytes;
    }

    /// <summary>The minimum size of the file in bytes.</summary>
    public long MinBytes { get; }

    /// <summary>The maximum size of the file in bytes, at most S3's limit of 5 GiB.</summary>
    public long MaxBytes { get; }

    /// <summary>Parses a policy in base64.</summary>
    /// <exception cref="S3Exception">InvalidPolicyDocument.</exception>
    public static PostPolicy Parse(string base64)
    {
        try
        {
            using var document = JsonDocument.Parse(
                Convert.FromBase64String(base64), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return Parse(document.RootElement);
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException)
        {
            // InvalidOperationException is thrown for a JSON string that is not valid Unicode.
            throw Invalid("Invalid JSON or base64.");
        }
    }

    /// <summary>Checks the form's fields against every condition.</summary>
    /// <param name="bucket">The bucket in the URL of the request.</param>
    /// <param name="key">The key that will be written, with <c>${filename}</c> replaced.</param>
    /// <param name="fields">The form's fields.</param>
    /// <param name="now">The time of the request.</param>
    /// <exception cref="S3Exception">AccessDenied with the condition that failed, or the field that is not in the policy.</exception>
    public void Require(string bucket, string key, FormFields fields, DateTimeOffset now)
    {
        if (now >= _expiration)
        {
            throw S3Error.AccessDenied.With("Invalid according to Policy: Policy expired.");
        }

        foreach (var condition in _conditions)
        {
            if (!condition.Holds(ValueOf(condition.Field)))
            {
                throw S3Error.AccessDenied.With($"Invalid according to Policy: Policy Condition failed: {condition}");
            }
        }

        foreach (var (name, _) in fields.All)
        {
            if (!IsExempt(name) && !_conditions.Exists(condition => condition.Field.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw S3Error.AccessDenied.With($"Invalid according to Policy: Extra input fields: {name.ToLowerInvariant()}");
            }
        }

        string? ValueOf(string field) =>
            field.Equals(SigV4Names.Form.Key, StringComparison.OrdinalIgnoreCase) ? key
            : field.Equals(SigV4Names.Form.Bucket, StringComparison.OrdinalIgnoreCase) ? bucket
            : fields[field];
    }

    private static bool IsExempt(string field) =>
        field.Equals(SigV4Names.Form.Signature, StringComparison.OrdinalIgnoreCase)
        || field.Equals(SigV4Names.Form.Policy, StringComparison.OrdinalIgnoreCase)
        || field.StartsWith("x-ignore-", StringComparison.OrdinalIgnoreCase);

    private static PostPolicy Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("expiration", out var expirationValue)
            || expirationValue.ValueKind != JsonValueKind.String
            || !DateTimeOffset.TryParseExact(
                expirationValue.GetString(),
                ExpirationFormats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var expiration))
        {
            throw Invalid("Policy needs an 'expiration' like 2026-01-31T12:00:00Z.");
        }

        if (!root.TryGetProperty("conditions", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw Invalid("Policy needs a list of 'conditions'.");
        }

        var conditions = new List<Condition>();
        var (min, max) = (0L, EmbeddedStore.MaxObjectBytes);
        foreach (var element in list.EnumerateArray())
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    conditions.Add(ParseSimple(element));
                    break;
                case JsonValueKind.Array when element.GetArrayLength() == 3 && IsText(element[0], "content-length-range"):
                    (min, max) = (Math.Max(min, ParseSize(element[1])), Math.Min(max, ParseSize(element[2])));
                    break;
                case JsonValueKind.Array when element.GetArrayLength() == 3 && IsText(element[0], "eq"):
                    conditions.Add(ParseMatch(element, prefix: false));
                    break;
                case JsonValueKind.Array when element.GetArrayLength() == 3 && IsText(element[0], "starts-with"):
                    conditions.Add(ParseMatch(element, prefix: true));
                    break;
                default:
                    throw Invalid(
                        "A condition must be {\"field\": \"value\"}, [\"eq\" | \"starts-with\", \"$field\", \"value\"] or "
                            + "[\"content-length-range\", min, max].");
            }
        }

        return new PostPolicy(expiration, conditions, min, max);
    }

    private static Condition ParseSimple(JsonElement element)
    {
        var properties = element.EnumerateObject();
        if (properties.Count() != 1)
        {
            throw Invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
        }

        var property = properties.First();
        return property.Value.ValueKind == JsonValueKind.String
            ? new Condition(property.Name, property.Value.GetString()!, Prefix: false)
            : throw Invalid("Invalid Simple-Condition: value must be a string.");
    }

    private static Condition ParseMatch(JsonElement element, bool prefix) =>
        element[1].ValueKind == JsonValueKind.String
        && element[1].GetString() is ['$', _, ..] field
        && element[2].ValueKind == JsonValueKind.String
            ? new Condition(field[1..], element[2].GetString()!, prefix)
            : throw Invalid("A match needs a field like \"$key\" and a string.");

    private static long ParseSize(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var size) && size >= 0
            ? size
            : throw Invalid("content-length-range needs two whole numbers of bytes.");

    private static bool IsText(JsonElement element, string text) =>
        element.ValueKind == JsonValueKind.String && element.ValueEquals(text);

    private static S3Exception Invalid(string why) => S3Error.InvalidPolicyDocument.With($"Invalid Policy: {why}");

    private sealed record Condition(string Field, string Value, bool Prefix)
    {
        public bool Holds(string? actual) =>
            actual is not null
            && (Prefix ? StartsWith(actual) : actual.Equals(Value, StringComparison.Ordinal));

        public override string ToString() => $"[\"{(Prefix ? "starts-with" : "eq")}\", \"${Field}\", \"{Value}\"]";

        // If Content-Type is a list, S3 requires the prefix for each item.
        private bool StartsWith(string actual) =>
            Field.Equals("content-type", StringComparison.OrdinalIgnoreCase)
                ? Array.TrueForAll(actual.Split(','), part => part.StartsWith(Value, StringComparison.Ordinal))
                : actual.StartsWith(Value, StringComparison.Ordinal);
    }
}
