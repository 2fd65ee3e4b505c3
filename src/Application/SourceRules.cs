namespace S3Auth.Application;

/// <summary>A requested source must be a configured one. If the layout has no sources, a request must not name one.</summary>
internal static class SourceRules
{
    /// <param name="rule">The rule of the request's source.</param>
    /// <param name="layout">The layout, which has the configured sources.</param>
    /// <param name="leftOut">What a request without a source means, for the message.</param>
    internal static void MustBeConfigured<T>(this IRuleBuilder<T, Source?> rule, FolderLayout layout, string leftOut) => rule
        .Must(source => source is null || layout.Sources.Contains(source.Value))
        .WithMessage(layout.HasSources
            ? $"Send one of these as 'source': {string.Join(", ", layout.Sources)}. Or leave it out for {leftOut}."
            : "Leave out 'source': this deployment has no sources.");
}
