namespace S3Auth.Application.Refusals;

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
