namespace S3Auth.Infrastructure.Storage;

/// <summary>How clients upload, and what is wrong with that method.</summary>
/// <param name="Method">The method.</param>
/// <param name="FormProblem">What is wrong with uploads by form and what the operator can do; null if they are not used or work.</param>
/// <param name="PutProblem">What is wrong with uploads by PUT and what the operator can do; null if they are not used or work.</param>
internal sealed record UploadChoice(UploadMethod Method, string? FormProblem, string? PutProblem)
{
    /// <summary>
    /// Chooses the method. Without a configured one, prefers forms, because one form uploads any number of files, and uses PUT if the store
    /// does not support forms. Before the store has answered, forms are safe to grant: a store that does not support them refuses them.
    /// </summary>
    /// <param name="configured">The method that the operator has set; null to choose by the store.</param>
    /// <param name="forms">What is known about forms.</param>
    /// <param name="puts">What is known about PUTs.</param>
    internal static UploadChoice Make(UploadMethod? configured, FormFinding forms, PutFinding puts)
    {
        var method = configured ?? (forms.IsSupported is false ? UploadMethod.Put : UploadMethod.Post);
        return method == UploadMethod.Post
            ? new UploadChoice(method, Advise(forms.Problem, FormAdvice(forms, puts)), PutProblem: null)
            : new UploadChoice(method, FormProblem: null, Advise(puts.Problem, PutAdvice(forms, puts)));
    }

    internal static string? FormAdvice(FormFinding forms, PutFinding puts) =>
        forms.IsSupported is not false ? null
        : puts.Uploads == PutUploads.Unsafe
            ? "Uploads by PUT are not safe at this store either: put a proxy in front of the store that drops header names with "
                + "underscores, and set UPLOAD_METHOD=auto, or use another store."
        : "Set UPLOAD_METHOD=auto: the server then uses PUT if that is safe at this store.";

    internal static string? PutAdvice(FormFinding forms, PutFinding puts) =>
        puts.Uploads == PutUploads.Safe ? null
        : forms.IsSupported is true ? "The store supports upload forms: set UPLOAD_METHOD=auto."
        : forms.IsSupported is false ? "The store does not support upload forms, so clients cannot upload at all."
        : null;

    private static string? Advise(string? problem, string? advice) => problem is null || advice is null ? problem : $"{problem} {advice}";
}
