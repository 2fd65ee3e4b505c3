namespace S3Auth.Application.Service;

/// <summary>Which version of this server runs.</summary>
public static class ServiceVersion
{
    /// <summary><c>1.2.3</c></summary>
    public static string Text { get; } = typeof(ServiceVersion).Assembly.GetName().Version!.ToString(3);
}
