using System.Reflection;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using NetArchTest.Rules;
using S3Auth.Api.Controllers;

namespace S3Auth.Api.Tests;

/// <summary>
/// References between the projects point one way: {Substrate, S3} ◀ Domain ◀ Application ◀ Infrastructure ◀ Api, S3 ◀ DevelopmentStore ◀
/// Api, and {Substrate, S3} ◀ Client ◀ Cli.
/// </summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Substrate = typeof(AccountId).Assembly;
    private static readonly Assembly S3 = typeof(S3Limits).Assembly;
    private static readonly Assembly Domain = typeof(Metagraph).Assembly;
    private static readonly Assembly Application = typeof(IMetagraph).Assembly;
    private static readonly Assembly Infrastructure = typeof(Infrastructure.DependencyInjection).Assembly;
    private static readonly Assembly DevelopmentStore = typeof(EmbeddedStoreOptions).Assembly;
    private static readonly Assembly Api = typeof(Program).Assembly;
    private static readonly Assembly Client = Assembly.Load("S3Auth.Client");
    private static readonly Assembly Cli = Assembly.Load("s3auth");

    private static readonly string[] Rooms =
    [
        "S3Auth.Substrate", "S3Auth.S3", "S3Auth.Domain", "S3Auth.Application", "S3Auth.Infrastructure", "S3Auth.DevelopmentStore",
        "S3Auth.Api",
        "S3Auth.Client", "S3Auth.Cli",
    ];

    private static IEnumerable<TestCaseData> Arrows() =>
    [
        new(Substrate, Array.Empty<string>()),
        new(S3, Array.Empty<string>()),
        new(Domain, new[] { "S3Auth.Substrate", "S3Auth.S3" }),
        new(Application, new[] { "S3Auth.Substrate", "S3Auth.S3", "S3Auth.Domain" }),
        new(Infrastructure, new[] { "S3Auth.Substrate", "S3Auth.S3", "S3Auth.Domain", "S3Auth.Application" }),
        new(DevelopmentStore, new[] { "S3Auth.S3" }),
        new(Api, Rooms.Except(["S3Auth.Client", "S3Auth.Cli"]).ToArray()),
        new(Client, new[] { "S3Auth.Substrate", "S3Auth.S3" }),
        new(Cli, new[] { "S3Auth.Substrate", "S3Auth.S3", "S3Auth.Client" }),
    ];

    [TestCaseSource(nameof(Arrows))]
    public void Room_knows_only_the_rooms_before_it(Assembly room, string[] known)
    {
        var own = room == Cli ? "S3Auth.Cli" : room.GetName().Name!;
        var forbidden = Rooms.Except(known).Except([own]).ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(room.GetReferencedAssemblies().Select(reference => reference.Name), Has.None.AnyOf(forbidden));
            Assert.That(OffendersOf(Types.InAssembly(room).ShouldNot().HaveDependencyOnAny(forbidden)), Is.Empty);
        });
    }

    [TestCase("S3Auth.Substrate", new[] { "Microsoft.AspNetCore", "Microsoft.Extensions", "Amazon", "MediatR", "System.Net" })]
    [TestCase("S3Auth.S3", new[] { "Microsoft.AspNetCore", "Amazon", "MediatR", "System.Net", "System.IO.File" })]
    [TestCase(
        "S3Auth.Domain",
        new[] { "Microsoft.AspNetCore", "Microsoft.Extensions", "Amazon", "MediatR", "FluentValidation", "System.Net" })]
    [TestCase("S3Auth.Application", new[] { "Microsoft.AspNetCore", "Amazon", "System.Net" })]
    [TestCase("S3Auth.Infrastructure", new[] { "Microsoft.AspNetCore", "MediatR", "FluentValidation" })]
    public void Inner_room_knows_no_framework_of_the_outside(string room, string[] frameworks)
    {
        var assembly = new[] { Substrate, S3, Domain, Application, Infrastructure }.Single(candidate => candidate.GetName().Name == room);

        Assert.That(OffendersOf(Types.InAssembly(assembly).ShouldNot().HaveDependencyOnAny(frameworks)), Is.Empty);
    }

    [Test]
    public void Ports_depend_on_no_other_part_of_the_application()
    {
        var others = Application.GetTypes()
            .Select(type => type.Namespace ?? "")
            .Where(name => name.StartsWith("S3Auth.Application.", StringComparison.Ordinal))
            .Distinct().Except(["S3Auth.Application.Ports"]).ToArray();

        Assert.That(OffendersOf(Types.InAssembly(Application).That().ResideInNamespace("S3Auth.Application.Ports")
            .ShouldNot().HaveDependencyOnAny(others)), Is.Empty);
    }

    [Test]
    public void Api_names_infrastructure_only_where_it_composes()
    {
        var offenders = OffendersOf(Types.InAssembly(Api)
            .That().DoNotHaveName("Composition").And().DoNotResideInNamespace("S3Auth.Api.Configuration")
            .ShouldNot().HaveDependencyOnAny("S3Auth.Infrastructure", "S3Auth.DevelopmentStore"));

        Assert.That(offenders.Where(name => !name.StartsWith("S3Auth.Api.Composition", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void No_secret_reaches_arithmetic_in_variable_time()
    {
        // Only verification computes in variable time, because its inputs are public. Whatever holds a secret must not use it.
        const string Curve = "S3Auth.Substrate.Curve";
        var users = OffendersOf(Types.InAssembly(Substrate).That().DoNotResideInNamespace(Curve).ShouldNot().HaveDependencyOn(Curve));
        var verifiers = OffendersOf(Types.InAssemblies([Substrate, S3, Domain, Application, Infrastructure, Api, Client, Cli])
            .That().DoNotHaveName(nameof(Sr25519VerifyingKey))
            .ShouldNot().HaveDependencyOn(typeof(Sr25519VerifyingKey).FullName));

        Assert.Multiple(() =>
        {
            Assert.That(users, Is.EquivalentTo(new[] { typeof(Sr25519VerifyingKey).FullName }));
            Assert.That(verifiers, Is.EquivalentTo(new[]
            {
                "S3Auth.Substrate.Sr25519SelfTest",
                "S3Auth.Infrastructure.Signatures.KnownHotkey",
                "S3Auth.Infrastructure.Signatures.Sr25519SignatureVerifier",
            }));
        });
    }

    [Test]
    public void Every_controller_is_served()
    {
        var controllers = typeof(Composition).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ControllerBase)));

        Assert.That(new ControllerPart().Types, Is.EquivalentTo(controllers));
    }

    [Test]
    public void Only_controllers_send_commands()
    {
        // What is proved of a caller is kept per request: whoever lives longer than a request must not be able to send in its place.
        var offenders = OffendersOf(Types.InAssemblies([Application, Infrastructure, Api])
            .That().DoNotInherit(typeof(Microsoft.AspNetCore.Mvc.ControllerBase)).And().DoNotHaveNameStartingWith("DependencyInjection")
            .ShouldNot().HaveDependencyOnAny(typeof(IMediator).FullName, typeof(Mediator).FullName, typeof(ServiceFactory).FullName));

        Assert.That(offenders, Is.Empty);
    }

    [Test]
    public void Handlers_are_called_by_the_mediator_only()
    {
        // Otherwise a handler could run without the pipeline in front of it. Constructors of the application take no handler and nothing
        // that sends; the other projects do not know the interface of handlers, and its implementations are internal.
        var offenders = Application.GetTypes().Where(type => type
            .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(constructor => constructor.GetParameters())
            .Any(parameter => CanReachHandlers(parameter.ParameterType)));

        Assert.Multiple(() =>
        {
            Assert.That(offenders, Is.Empty);
            Assert.That(HandlersOf(Application), Is.Not.Empty.And.All.Matches<Type>(handler => handler.IsNotPublic));
            Assert.That(HandlersOf(Infrastructure).Concat(HandlersOf(Api)), Is.Empty);
            Assert.That(
                OffendersOf(Types.InAssemblies([Infrastructure, Api]).ShouldNot().HaveDependencyOn(typeof(IRequestHandler<,>).FullName)),
                Is.Empty);
        });
    }

    [Test]
    public void No_room_reads_the_clock_but_through_TimeProvider()
    {
        // The clock's getters, found in what the compiled methods call.
        var offenders = new[] { Substrate, S3, Domain, Application, Infrastructure, DevelopmentStore, Api, Client, Cli }
            .Where(room => MemberReferences.Of(room).Any(member => member is
                ("System.DateTime", "get_UtcNow" or "get_Now" or "get_Today") or ("System.DateTimeOffset", "get_UtcNow" or "get_Now")))
            .Select(room => room.GetName().Name);

        Assert.That(offenders, Is.Empty);
    }

    private static bool CanReachHandlers(Type type) =>
        type == typeof(IServiceProvider) || type == typeof(ServiceFactory) || typeof(IMediator).IsAssignableFrom(type) || IsHandler(type);

    private static bool IsHandler(Type type) => type.GetInterfaces().Append(type)
        .Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IRequestHandler<,>));

    private static IEnumerable<Type> HandlersOf(Assembly assembly) => assembly.GetTypes().Where(IsHandler);

    private static IEnumerable<string> OffendersOf(ConditionList conditions) =>
        conditions.GetResult().FailingTypes?.Select(type => type.FullName!) ?? [];
}
