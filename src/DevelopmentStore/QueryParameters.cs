namespace S3Auth.DevelopmentStore;

/// <summary>
/// The decoded parameters of a query. A repeated name is refused, so that the signed value and the used value cannot differ.
/// </summary>
internal sealed class QueryParameters
{
    public static readonly QueryParameters None = new([]);

    private readonly Dictionary<string, string> _values;

    private QueryParameters(Dictionary<string, string> values) => _values = values;

    public IReadOnlyCollection<string> Names => _values.Keys;

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <exception cref="S3Exception">InvalidArgument for a repeated name; InvalidURI for bad encoding.</exception>
    public static QueryParameters Parse(ReadOnlySpan<char> query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in query.Split('&'))
        {
            var part = query[range];
            if (part.IsEmpty)
            {
                continue;
            }

            var equals = part.IndexOf('=');
            var name = RequestTarget.Decode(equals < 0 ? part : part[..equals], plusIsSpace: true);
            var value = equals < 0 ? "" : RequestTarget.Decode(part[(equals + 1)..], plusIsSpace: true);
            if (!values.TryAdd(name, value))
            {
                throw S3Error.InvalidArgument.With("A query parameter is specified more than once.", ("ArgumentName", name));
            }
        }

        return new QueryParameters(values);
    }

    /// <summary>Returns a number, at most <paramref name="maximum"/>; without one, <paramref name="missing"/> or the maximum.</summary>
    /// <exception cref="S3Exception">InvalidArgument for anything but a whole number.</exception>
    public int Count(string name, int maximum, int? missing = null)
    {
        if (this[name] is not { Length: > 0 } text)
        {
            return missing ?? maximum;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? Math.Min(value, maximum)
            : throw S3Error.InvalidArgument.With(
                $"Argument {name} must be an integer between 0 and 2147483647", ("ArgumentName", name), ("ArgumentValue", text));
    }

    /// <summary>Whether the client wants percent-encoded keys in a listing.</summary>
    /// <exception cref="S3Exception">InvalidArgument for another encoding.</exception>
    public bool IsUrlEncodingWanted() => this["encoding-type"] switch
    {
        null or "" => false,
        "url" => true,
        _ => throw S3Error.InvalidArgument.With("Invalid Encoding Method specified in Request", ("ArgumentName", "encoding-type")),
    };

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>
    /// Returns the canonical query string: encoded names and values, sorted by the bytes of the encoded names, without the signature.
    /// </summary>
    public string Canonical()
    {
        var pairs = _values
            .Where(pair => !string.Equals(pair.Key, SigV4Names.Query.Signature, StringComparison.Ordinal))
            .Select(pair => (Name: S3UriEncoding.EncodeComponent(pair.Key), Value: S3UriEncoding.EncodeComponent(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal);

        var text = new StringBuilder();
        foreach (var (name, value) in pairs)
        {
            text.Append(text.Length == 0 ? "" : "&").Append(name).Append('=').Append(value);
        }

        return text.ToString();
    }
}
