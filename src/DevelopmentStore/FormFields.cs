namespace S3Auth.DevelopmentStore;

/// <summary>The fields of a POST form before its file. Names are compared without regard to case.</summary>
internal sealed class FormFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<KeyValuePair<string, string>> All => _values;

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <exception cref="S3Exception">InvalidArgument for a field that stands twice.</exception>
    public void Add(string name, string value)
    {
        if (!_values.TryAdd(name, value))
        {
            throw S3Error.InvalidArgument.With("POST requires exactly one value for each field.", ("ArgumentName", name));
        }
    }

    /// <exception cref="S3Exception">InvalidArgument when the field is missing or empty.</exception>
    public string Require(string name) =>
        this[name] is { Length: > 0 } value ? value : throw S3Error.InvalidArgument.With(
            $"Bucket POST must contain a field named '{name}'. If it is specified, please check the order of the fields.",
            ("ArgumentName", name),
            ("ArgumentValue", ""));
}
