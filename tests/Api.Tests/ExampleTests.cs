using System.Text.Json;
using System.Text.Json.Serialization;
using NJsonSchema;
using NSwag;
using S3Auth.Application.Validators;

namespace S3Auth.Api.Tests;

/// <summary>Nothing compiles the examples, so these tests compare them with the schemas, the wire types and the refusals.</summary>
public sealed class ExampleTests
{
    private static readonly Dictionary<string, Type> WireTypes = typeof(WireJson)
        .GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
        .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    // The server writes times and grants and never reads them.
    private static readonly JsonSerializerOptions ReadsAnswers = WithAnswers();

    private Service _service = null!;
    private OpenApiDocument _document = null!;

    private static IEnumerable<string> Names => Examples.Names.Order(StringComparer.Ordinal);

    private static IEnumerable<string> OfTypes => Names.Where(name => WireTypes.ContainsKey(TypeOf(name)));

    private static IEnumerable<string> OfRefusals => Names.Except(OfTypes);

    [OneTimeSetUp]
    public async Task OneTimeSetUp()
    {
        _service = new Service();
        _document = await OpenApiDocument.FromJsonAsync((await _service.GetAsync("/openapi.json")).Text);
    }

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    [TestCaseSource(nameof(Names))]
    public void Example_matches_its_schema(string name)
    {
        var schema = _document.Components.Schemas[WireTypes.ContainsKey(TypeOf(name)) ? TypeOf(name) : nameof(Problem)];

        Assert.Multiple(() =>
        {
            Assert.That(schema.Validate(Examples.Read(name)!, SchemaType.OpenApi3).Select(error => error.ToString()), Is.Empty);
            Assert.That(Unknown(JsonNode.Parse(Examples.Read(name)!)!, schema, "#"), Is.Empty, "members that the schema does not have");
        });
    }

    [TestCaseSource(nameof(OfTypes))]
    public void Example_stays_the_same_when_it_is_read_and_written(string name)
    {
        var type = WireTypes[TypeOf(name)];
        var example = JsonNode.Parse(Examples.Read(name)!)!;

        var written = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(example, type, ReadsAnswers), type, WireJson.Default);

        Assert.That(JsonNode.DeepEquals(written, example), Is.True, () => $"written: {written}");
    }

    [TestCaseSource(nameof(OfRefusals))]
    public void Example_of_a_refusal_says_what_the_refusal_declares(string name)
    {
        var (operation, code) = (name.Split('.')[0], name.Split('.')[1]);
        var example = JsonNode.Parse(Examples.Read(name)!)!;
        var kind = ProblemKind.All.Single(one => one.Code == code);

        Assert.Multiple(() =>
        {
            Assert.That(_document.Operations.Select(one => one.Operation.OperationId), Does.Contain(operation));
            Assert.That(
                ((string?)example["type"], (string?)example["code"], (string?)example["title"], (int?)example["status"]),
                Is.EqualTo(($"urn:s3auth:problem:{code}", code, kind.Title, kind.Status)));
        });
    }

    private static string TypeOf(string name) => name.Split('.')[0];

    private static IEnumerable<string> Unknown(JsonNode? value, JsonSchema schema, string path)
    {
        var actual = schema.ActualSchema.OneOf.FirstOrDefault()?.ActualSchema ?? schema.ActualSchema;
        return value switch
        {
            JsonObject members => members.SelectMany(member =>
                actual.Properties.TryGetValue(member.Key, out var property) ? Unknown(member.Value, property, $"{path}/{member.Key}")
                : actual.AdditionalPropertiesSchema is { } any ? Unknown(member.Value, any, $"{path}/{member.Key}")
                : [$"{path}/{member.Key}"]),
            JsonArray items => items.SelectMany((item, index) => Unknown(item, actual.Item!, $"{path}/{index}")),
            _ => [],
        };
    }

    private static JsonSerializerOptions WithAnswers()
    {
        var options = new JsonSerializerOptions(WireJson.Default.Options);
        options.Converters.Insert(0, new TimeConverter());
        options.Converters.Insert(0, new UrlConverter());
        options.Converters.Insert(0, new FieldsConverter());
        options.Converters.Insert(0, new AddressConverter());
        return options;
    }

    private sealed class UrlConverter : JsonConverter<GrantUrl>
    {
        public override GrantUrl Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString()!;

        public override void Write(Utf8JsonWriter writer, GrantUrl value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }

    private sealed class AddressConverter : JsonConverter<AccountAddress>
    {
        public override AccountAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, AccountAddress value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }

    private sealed class FieldsConverter : JsonConverter<FormFields>
    {
        public override FormFields Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new Fields(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, FormFields value, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        private sealed class Fields(JsonElement fields) : FormFields
        {
            protected override void WriteMembers(Utf8JsonWriter json)
            {
                foreach (var field in fields.EnumerateObject())
                {
                    field.WriteTo(json);
                }
            }
        }
    }

    private sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }
}
