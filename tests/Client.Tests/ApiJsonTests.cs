using System.Text.Json;

namespace S3Auth.Client.Tests;

public sealed class ApiJsonTests
{
    private static IEnumerable<Type> GeneratedTypes() => typeof(S3AuthApi).Assembly.GetExportedTypes()
        .Where(type => type.Namespace == typeof(S3AuthApi).Namespace
            && type.IsClass
            && type != typeof(S3AuthApi)
            && !type.IsAssignableTo(typeof(Exception)));

    [TestCaseSource(nameof(GeneratedTypes))]
    public void Type_of_the_API_needs_no_reflection_for_its_JSON(Type type) => Assert.That(ApiJson.Default.GetTypeInfo(type), Is.Not.Null);

    [Test]
    public void Types_of_the_API_are_found() => Assert.That(GeneratedTypes().Count(), Is.GreaterThan(60));

    [Test]
    public void Unknown_member_of_an_answer_is_kept()
    {
        const string answer = """{"code":"a","new":{"deep":[1]}}""";

        var problem = JsonSerializer.Deserialize(answer, ApiJson.Default.Problem)!;

        Assert.That(JsonSerializer.Serialize(problem, ApiJson.Default.Problem), Does.Contain("\"new\":{\"deep\":[1]}"));
    }

    [Test]
    public void Member_that_a_caller_adds_is_sent()
    {
        var command = new GetFolderAccessCommand { AdditionalProperties = { ["text"] = "a", ["count"] = 1, ["flag"] = true } };

        Assert.That(
            JsonSerializer.Serialize(command, ApiJson.Default.GetFolderAccessCommand),
            Does.Contain("\"text\":\"a\",\"count\":1,\"flag\":true"));
    }
}
