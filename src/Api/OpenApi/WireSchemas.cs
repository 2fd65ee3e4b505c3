using System.Text.Json.Serialization.Metadata;
using NJsonSchema;
using NJsonSchema.Generation;
using NJsonSchema.Generation.TypeMappers;

namespace S3Auth.Api.OpenApi;

/// <summary>Makes the schemas say what <see cref="WireJson"/> reads and writes.</summary>
internal sealed class WireSchemas : ISchemaProcessor
{
    private const string AddressPattern = "^5[1-9A-HJ-NP-Za-km-z]{47}$";

    // Types of our own that are one string on the wire.
    private static readonly Dictionary<Type, string> Patterns = new()
    {
        [typeof(AccountId)] = AddressPattern,
        [typeof(AccountAddress)] = AddressPattern,
        [typeof(Sr25519Signature)] = "^(0x)?(01)?[0-9a-fA-F]{128}$",
        [typeof(Source)] = "^[a-z0-9][a-z0-9_-]{0,31}$",
        [typeof(FileName)] = "^[^/\\\\]{1,255}$",
        [typeof(FilePath)] = "^[^/\\\\]{1,255}(/[^/\\\\]{1,255})*$",
        [typeof(Role)] = "^(miner|validator)$",
        [typeof(JobId)] = "^[A-Za-z0-9._-]{1,128}$",
        [typeof(ListingTarget)] = "^[A-Za-z0-9_-]+$",
        [typeof(Audience)] = "^[A-Za-z0-9._:\\[\\]-]{1,259}$",
    };

    internal static IEnumerable<ITypeMapper> Mappers =>
    [
        .. Patterns.Select(type => Map(type.Key, JsonObjectType.String, schema => schema.Pattern = type.Value)),
        Map(typeof(ushort), JsonObjectType.Integer, schema => schema.Format = "uint16"),
        Map(typeof(GrantUrl), JsonObjectType.String, _ => { }),
        Map(typeof(FormFields), JsonObjectType.Object, schema =>
            schema.AdditionalPropertiesSchema = new JsonSchema { Type = JsonObjectType.String }),
        Map(typeof(decimal), JsonObjectType.Number, schema => schema.Format = JsonFormatStrings.Double),

        // NSwag also reads internal properties. Process removes them; this mapping keeps the schemas of their types out of the document.
        Map(typeof(GrantKind), JsonObjectType.None, _ => { }),
    ];

    /// <summary>
    /// Removes what is not on the wire, and marks what is always sent as required. <see cref="WireJson"/> leaves out nulls, except where an
    /// attribute says otherwise.
    /// </summary>
    public void Process(SchemaProcessorContext context)
    {
        if (context.Schema.Properties.Count == 0
            || WireJson.Default.GetTypeInfo(context.ContextualType.OriginalType) is not { } type)
        {
            return;
        }

        context.Schema.Description = Text.Unwrap(context.Schema.Description);
        foreach (var (name, schema) in context.Schema.Properties.ToList())
        {
            if (type.Properties.SingleOrDefault(one => one.Name == name) is not { } property)
            {
                context.Schema.Properties.Remove(name);
                continue;
            }

            var isDemanded = property.IsRequired || property.AssociatedParameter is { IsMemberInitializer: false, HasDefaultValue: false };
            var isLeftOut = property.IsGetNullable && !IsSentAsNull(property);
            schema.IsRequired = isDemanded && !isLeftOut;
            schema.Description = Text.Unwrap(schema.Description);
            if (isLeftOut && Nullable.GetUnderlyingType(property.PropertyType) is not null)
            {
                schema.IsNullableRaw = null;
            }

            if (schema.Item is { } item)
            {
                item.IsNullableRaw = null;
            }
        }
    }

    private static PrimitiveTypeMapper Map(Type type, JsonObjectType json, Action<JsonSchema> describe) => new(type, schema =>
    {
        schema.Type = json;
        describe(schema);
    });

    private static bool IsSentAsNull(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false)
            is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }];
}
