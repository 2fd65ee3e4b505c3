using System.Reflection;
using System.Text.Json;

namespace S3Auth.Application.Refusals;

/// <summary>What all answers with one <see cref="RefusalCode"/> have in common. <see cref="RefusalCode"/> declares the values.</summary>
public sealed record Refusal
{
    private static readonly Refusal[] Table = [.. Enum.GetValues<RefusalCode>().Select(Read)];

    private Refusal(RefusalCode code, RefusalAttribute declared)
    {
        Code = code;
        Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
        Status = declared.Status;
        Title = declared.Title;
        Example = declared.Example;
    }

    /// <summary>Every refusal, in the order of the codes.</summary>
    public static IReadOnlyList<Refusal> All => Table;

    /// <summary>The code.</summary>
    public RefusalCode Code { get; }

    /// <summary>The code in snake_case, as it stands in answers, audit records and metrics.</summary>
    public string Name { get; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>What happened, in a few words.</summary>
    public string Title { get; }

    /// <summary>An example of the <c>detail</c>; see <see cref="RefusalAttribute"/>.</summary>
    public string Example { get; }

    /// <summary>Returns the refusal with a code.</summary>
    public static Refusal Of(RefusalCode code) => Table[(int)code];

    private static Refusal Read(RefusalCode code) => new(
        code,
        typeof(RefusalCode).GetField(code.ToString())!.GetCustomAttribute<RefusalAttribute>()
            ?? throw new InvalidOperationException($"{nameof(RefusalCode)}.{code} has no [{nameof(Refusal)}]."));
}

/// <summary>Declares how a <see cref="RefusalCode"/> is answered.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="title">The <c>title</c> of the answer: what happened, without a full stop.</param>
/// <param name="example">
/// The <c>detail</c> of the example in the OpenAPI document. <c>{text}</c> and <c>{hotkey}</c> stand for the text and the signer of the
/// example request.
/// </param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class RefusalAttribute(int status, string title, string example) : Attribute
{
    internal int Status => status;

    internal string Title => title;

    internal string Example => example;
}
