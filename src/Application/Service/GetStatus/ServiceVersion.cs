namespace S3Auth.Application.Service.GetStatus;

/// <summary>Which version of this server runs.</summary>
/// <param name="Text"><c>1.2.3</c></param>
public sealed record ServiceVersion(string Text)
{
    /// <summary>This one.</summary>
    public static ServiceVersion Current { get; } = new(typeof(ServiceVersion).Assembly.GetName().Version!.ToString(3));
}
