/** The block in the editor. In the shop, PHP renders it. */
{
  const { blockEditor, blocks, components, element } = window.wp
  const { createElement, Fragment } = element
  const { InspectorControls, useBlockProps } = blockEditor
  const { PanelBody, Placeholder, RangeControl, SelectControl, TextControl } = components

  const CONTENTS = [
    { value: '', label: 'The best for this shopper' },
    { value: 'similar', label: 'On a product’s page: similar products' },
    { value: 'together', label: 'On a product’s page: bought together with it' },
  ]

  const Edit = ({ attributes, setAttributes }) => {
    const { heading, limit, about } = attributes
    const bind = (name) => ({
      value: attributes[name],
      onChange: (value) => setAttributes({ [name]: value }),
      __next40pxDefaultSize: true,
      __nextHasNoMarginBottom: true,
    })
    const shown = CONTENTS.find(({ value }) => value === about) ?? CONTENTS[0]
    return createElement(
      Fragment,
      null,
      createElement(
        InspectorControls,
        null,
        createElement(
          PanelBody,
          { title: 'List' },
          createElement(TextControl, { label: 'Heading', ...bind('heading') }),
          createElement(RangeControl, { label: 'Products', min: 2, max: 16, ...bind('limit') }),
          createElement(SelectControl, { label: 'Content', options: CONTENTS, ...bind('about') }),
        ),
      ),
      createElement(
        'div',
        useBlockProps(),
        createElement(Placeholder, { label: heading, instructions: `${limit} × ${shown.label}` }),
      ),
    )
  }

  blocks.registerBlockType('nearside/recommendations', { edit: Edit, save: () => null })
}
