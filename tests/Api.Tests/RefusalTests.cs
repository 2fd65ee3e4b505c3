using System.Collections;
using System.Reflection;

namespace S3Auth.Api.Tests;

/// <summary><see cref="RefusalCode"/> is the one table of refusals; what else knows their codes must agree with it.</summary>
public sealed class RefusalTests
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    [Test]
    public void Every_refusal_has_a_title_a_status_and_an_example()
    {
        foreach (var refusal in Refusal.All)
        {
            Assert.Multiple(() =>
            {
                Assert.That(refusal.Name, Does.Match("^[a-z]+(_[a-z]+)*$"));
                Assert.That(refusal.Status, Is.InRange(400, 599), refusal.Name);
                Assert.That(refusal.Title, Is.Not.Empty.And.Not.EndsWith("."), refusal.Name);
                Assert.That(refusal.Example, Does.EndWith("."), refusal.Name);
                Assert.That(Refusal.Of(refusal.Code), Is.SameAs(refusal));
            });
        }
    }

    [Test]
    public void Codes_are_unique() => Assert.That(ProblemKind.All.Select(kind => kind.Code), Is.Unique);

    [Test]
    public async Task Every_refusal_is_documented_by_an_operation_as_it_is_declared()
    {
        using var service = new Service();
        var document = (await service.GetAsync("/openapi.json")).Json;
        var examples = (
            from path in document["paths"]!.AsObject()
            from method in path.Value!.AsObject()
            from response in method.Value!["responses"]!.AsObject()
            from example in response.Value!["content"]?["application/problem+json"]?["examples"]?.AsObject() ?? []
            select (Status: response.Key, Value: example.Value!["value"]!)).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(
                Refusal.All.Select(refusal => refusal.Name), Is.SubsetOf(examples.Select(example => (string)example.Value["code"]!)));
            foreach (var (status, value) in examples)
            {
                var kind = ProblemKind.All.Single(one => one.Code == (string)value["code"]!);
                Assert.That(($"{(int)value["status"]!}", (string)value["title"]!), Is.EqualTo((status, kind.Title)));
                Assert.That($"{kind.Status}", Is.EqualTo(status));
                Assert.That((string)value["detail"]!, Does.Not.Contain("{"), "a placeholder");
            }
        });
    }

    // The command-line tool must not reference the server's projects, so its table has the codes as texts.
    [Test]
    public void Table_of_the_tool_has_every_code_and_no_other()
    {
        var tables = (
            from type in Assembly.Load("s3auth").GetTypes()
            from field in type.GetFields(AnyStatic)
            where typeof(IDictionary).IsAssignableFrom(field.FieldType)
            let table = field.GetValue(null) as IDictionary
            where table is not null && table.Keys.OfType<string>().Contains("chain_unavailable", StringComparer.Ordinal)
            select table).ToList();

        Assert.That(tables, Has.Count.EqualTo(1), "tables");
        Assert.Multiple(() =>
        {
            Assert.That(Refusal.All.Select(refusal => refusal.Name), Is.SubsetOf(tables[0].Keys));
            Assert.That(tables[0].Keys, Is.SubsetOf(ProblemKind.All.Select(kind => kind.Code)));
        });
    }
}
