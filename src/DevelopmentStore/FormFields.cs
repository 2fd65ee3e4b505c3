namespace S3Auth.DevelopmentStore;

/// <summary>The fields of a POST form before its file. Names are case-insensitive.</summary>
internal sealed class FormFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<KeyValuePair<string, string>> All => _values;

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Adds a field.</summary>
    /// <exception cref="S3Exception">InvalidArgument for a repeated field.</exception>
    public void Add(string name, string value)
    {
        if (!_values.TryAdd(name, value))
        {
            throw S3Error.InvalidArgument.With("POST requires exactly one value for each field.", ("ArgumentName", name));
        }
    }

    /// <summary>Returns the value of a field.</summary>
    /// <exception cref="S3Exception">InvalidArgument if the field is missing or empty.</exception>
    public string Require(string name) =>
        this[name] is { Length: > 0 } value ? value : throw S3Error.InvalidArgument.With(
            $"Bucket POST must contain a field named '{name}'. If it is specified, please check the order of the fields.",
            ("ArgumentName", name),
            ("ArgumentValue", ""));
}
