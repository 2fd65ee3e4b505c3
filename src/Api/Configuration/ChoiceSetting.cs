using System.Diagnostics.CodeAnalysis;

namespace S3Auth.Api.Configuration;

/// <summary>A setting that is one of a few words.</summary>
internal sealed record ChoiceSetting : Setting
{
    [SetsRequiredMembers]
    internal ChoiceSetting(string name, string standard, IReadOnlyList<string> choices, string meaning)
        : base(name, meaning)
    {
        (Standard, Choices) = (standard, choices);
        Takes = string.Join(", ", choices.Select(choice => $"`{choice}`"));
    }

    public IReadOnlyList<string> Choices { get; }
}
