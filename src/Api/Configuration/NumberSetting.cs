using System.Diagnostics.CodeAnalysis;

namespace S3Auth.Api.Configuration;

/// <summary>A setting that is a whole number within bounds, both of which are allowed.</summary>
internal sealed record NumberSetting : Setting
{
    [SetsRequiredMembers]
    internal NumberSetting(string name, long standard, int least, int most, string meaning)
        : base(name, meaning)
    {
        (Standard, Least, Most) = (standard.ToString(CultureInfo.InvariantCulture), least, most);
        Takes = string.Create(CultureInfo.InvariantCulture, $"{least} to {most}");
    }

    public int Least { get; }

    public int Most { get; }

    internal bool TryParse(string? text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= Least && number <= Most;
}
